// JSON of the evaluators' pages, see assistant/web/page-types.d.ts.

declare namespace Api {
  /** A place that answers a question of a test set. */
  interface TestPlace {
    document: string;
    page: number | null;
    clause: string | null;
    evidence: string;
  }

  interface Hit {
    document: string;
    title: string;
    clause: string | null;
    heading_path: string[];
    pages: number[];
    text: string;
    score: number;
    scores: Record<string, unknown>;
    ranks: Record<string, number | null>;
    unit: { text: string } | null;
  }

  interface QuestionWord {
    word: string;
    weight: number;
    idf: number | null;
  }

  interface HitTest {
    question: {
      text: string;
      language: string;
      variants: string[];
      terms: string[];
      words: Record<string, QuestionWord[]>;
    };
    hits: Hit[];
    decision: { refused: boolean; features: Record<string, unknown>; [field: string]: unknown };
  }

  interface RunState {
    test_set: string;
    done: number;
    total: number;
    finished: boolean;
  }
}
