// The managers' page of settings: name and contact, the language model.
import { call, of, t } from "./api.js";
import { optional, required } from "./dom.js";
import { onSubmit, toast } from "./ui.js";

onSubmit(required("[data-settings]", HTMLFormElement), async (values) => {
  await call("PATCH", of("settings"), values);
  toast(t("common.saved"));
});
const model = optional("[data-model]", HTMLFormElement);
if (model) {
  onSubmit(model, async () => {
    const chosen = new FormData(model);
    await call("PUT", of("settings", "model"), { enabled: chosen.has("enabled"), collections: chosen.getAll("collections") });
    toast(t("common.saved"));
  });
}
