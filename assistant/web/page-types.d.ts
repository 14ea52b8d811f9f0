// Types for the check of the pages' modules (`make check`); nothing of this is sent to a browser.

/** JSON of the service as the pages read it: `/api/v1/openapi.json` is the contract. Dates are ISO 8601. */
declare namespace Api {
  type Role = "owner" | "editor" | "member" | "evaluator";

  interface Fault {
    code: string;
    message: string;
    detail: Record<string, unknown>;
  }

  /** A place in a version of a document. */
  interface Source {
    chunk_id: number;
    start: number;
    end: number;
    document_id: number;
    document: string;
    title: string;
    version: number;
    version_id: number;
    collection: string;
    pages: number[];
    clause: string | null;
    language: string;
    effective_from: string | null;
    effective_to: string | null;
    twin?: Source | null;
  }

  interface Citation extends Source {
    n: number;
    quote: string;
  }

  interface Nearest extends Source {
    excerpt: string;
  }

  interface Egress {
    left: boolean;
    host: string | null;
    model: string | null;
    collections: string[];
    sent: Record<string, string>[];
    masked: Record<string, number>;
  }

  /** A subject's card in the reader's language. */
  interface AnswerCard {
    id?: string;
    /** "" or missing on a card that an earlier version stored. */
    language?: string;
    title: string;
    text: string;
    contacts?: { name: string; number: string }[];
    /** Missing on a card that an earlier version stored. */
    is_emergency?: boolean | null;
    stage?: string;
    others?: { id: string; title: string }[];
    others_line?: string;
  }

  interface Answer {
    question: string;
    searched: string;
    language: string;
    answer: string;
    message: string;
    refused: boolean;
    reason: string;
    unsure: boolean;
    withheld?: boolean;
    hidden?: boolean;
    answerer: string;
    card: AnswerCard | null;
    /** In an emergency, the citations of the organisation's own procedure. */
    procedure?: Citation[];
    citations: Citation[];
    nearest: Nearest[];
    contact: string;
    egress: Egress;
    as_of: string | null;
  }

  interface Message {
    id: number;
    asked_at: string;
    answer: Answer;
    verdict?: number | null;
  }

  interface Scope {
    collections: string[] | null;
    as_of: string | null;
  }

  interface Conversation extends Scope {
    id: number;
    title: string;
    updated_at: string;
    messages?: Message[];
  }

  interface Box {
    page: number;
    x0: number;
    y0: number;
    x1: number;
    y1: number;
  }

  interface Block {
    chunk_id: number;
    ordinal: number;
    heading_path: string[];
    text: string;
    start?: number | null;
    end?: number | null;
    left_out?: number[][];
  }

  /** A sentence that speaks to an assistant. */
  interface MarkedSentence {
    chunk_id: number;
    start: number;
    end: number;
    text: string;
    page: number | null;
    quotable: boolean;
  }

  /** What answers leave out of a version. */
  interface LeftOut {
    sentences: MarkedSentence[];
    hidden: string[];
  }

  /** A version opened at a place: text around the quote, and boxes on its pages. */
  interface OpenedSource {
    document_id: number;
    document: string;
    title: string;
    owner: string;
    version_id: number;
    state: string;
    language: string;
    page_count: number | null;
    drawn: boolean;
    pages: number[];
    quote: string;
    marks: Box[];
    blocks: Block[];
    hidden: Hidden | null;
  }

  /** What is hidden from the reader in a version: pages that are not shown as pictures, and whom to ask. */
  interface Hidden {
    pages: number[];
    contact: string;
  }

  /** People's data that was found in a version: different pieces by kind, and what was decided about it. */
  interface PersonalData {
    version_id: number;
    counts: Record<string, number>;
    is_list: boolean;
    decision: string;
    decided_by: string;
    decided_at: string | null;
  }

  interface DecisionTaken {
    collection: string;
    rereading: boolean;
    personal_data: PersonalData;
  }

  interface Version {
    id: number;
    number: number;
    state: string;
    language: string;
    page_count: number | null;
    issued: string | null;
    effective_from: string | null;
    effective_to: string | null;
    notes: string[];
    created_at: string;
    original_withheld: boolean;
    personal_data: PersonalData | null;
  }

  interface DocumentDetail {
    id: number;
    name: string;
    title: string;
    collection: string;
    editable: boolean;
    main_version_id: number;
    versions: Version[];
  }

  interface DocumentRow {
    id: number;
    name: string;
    title: string;
    collection: string;
    status: string;
    draft: boolean;
    language: string;
    version: number;
    page_count: number | null;
    effective_from: string | null;
    effective_to: string | null;
    owner: string;
    review_on: string | null;
    review_due: boolean;
    version_id: number;
    personal_data: string;
    found: Found | null;
  }

  /** A place where the words searched for stand. */
  interface Found {
    chunk_id: number;
    ordinal: number;
    clause: string | null;
    heading: string;
    page: number | null;
    start: number;
    end: number;
    before: string;
    words: string;
    after: string;
  }

  interface Chunk {
    id: number;
    ordinal: number;
    clause: string | null;
    heading_path: string[];
    text: string;
    pages: number[];
    tokens: number;
    boxes: Box[];
  }

  interface Section {
    level: number;
    heading: string;
    page: number | null;
    block: number | null;
  }

  interface Trial {
    searched: boolean;
    considered: number;
    first: string | null;
    passages: { rank: number; score: number; chunk_id: number; clause: string | null; pages: number[]; text: string }[];
  }

  interface KnownDocument {
    id: number;
    name: string;
    title: string;
    collection: string;
  }

  interface Upload {
    id: number;
    collection: string;
    name: string;
    path: string;
    status: string;
    stage: string;
    done: number;
    total: number | null;
    percent: number | null;
    error: Fault | null;
    document_id: number | null;
    known_as: KnownDocument | null;
    also_in: KnownDocument[];
    orders: number;
    actions: string[];
    personal_data: PersonalData | null;
    mine: boolean;
  }

  /** "21 of 25, 4 need you". */
  /** Whom answers name; of it what the page reads after it was changed. */
  interface Contacts {
    cards_without_number: string[];
  }

  interface UploadSummary {
    total: number;
    done: number;
    under_way: number;
    need_attention: number;
    wait_for_choice: number;
  }

  /** An invitation with its link; `messages` by language. */
  interface Invitation {
    id: number;
    name: string;
    email: string;
    link: string;
    reach: string;
    qr: string;
    messages: Record<string, string>;
  }

  interface PairedCopy {
    id: number;
    title: string;
    language: string;
  }

  interface Pair {
    twin: PairedCopy | null;
    state: string | null;
    matched: boolean;
    differing: number;
  }

  type Bilingual = Record<string, string>;

  interface Card {
    id: string;
    enabled?: boolean;
    title: Bilingual;
    text: Bilingual;
    contacts?: { name: Bilingual; number: string }[];
    examples?: string[];
  }

  interface CardTrialPublic {
    card: string | null;
    title: Bilingual | null;
    is_emergency: boolean;
    certainty: number;
    nearest: { card: string; title: Bilingual; text: string } | null;
  }

  interface Written {
    text: string;
    language: string;
    answerer: string;
    fallback: string;
    unsure: boolean;
    citations: Citation[];
    egress: Egress;
  }
}

/** What the pages' own modules pass to each other. */
declare namespace Page {
  type Child = Node | string | null | undefined | false;

  interface Attributes {
    onclick?: (event: MouseEvent & { currentTarget: HTMLElement }) => unknown;
    onsubmit?: (event: SubmitEvent & { target: HTMLFormElement }) => unknown;
    dataset?: Record<string, unknown>;
    [name: string]: unknown;
  }

  /** Opens source `n` of the answer at hand; `opener` gets the focus back. */
  type Open = (n: number, opener: HTMLElement | null) => unknown;

  /** A source with its number in the list it stands in. */
  type NumberedSource = Api.Source & { n: number };

  /** A question with its answer on the page, see ask-answer.js. */
  interface Turn {
    node: HTMLElement;
    question: string;
    wait(words: string): void;
    /** The card of a high-stakes subject; it comes before all else. */
    card(card: Api.AnswerCard): void;
    isEmergency(): boolean;
    searching(found: { searched: string }): void;
    write(more: string): void;
    /** What was written so far is not valid any more. */
    discard(): void;
    finish(message: Api.Message): void;
    fail(fault: Error & { status?: number; code?: string }, ways: { retry: () => unknown; edit: () => unknown }): void;
  }

  /** What to do where there are no documents yet; `href` is "" where only somebody else can. */
  interface NextStep {
    text: string;
    href: string;
    label: string;
  }

  /** What of a service worker's scope offline-worker.js uses. */
  interface Worker {
    addEventListener(type: "install" | "activate", job: (event: { waitUntil(job: Promise<unknown>): void }) => void): void;
    addEventListener(
      type: "fetch",
      job: (event: { request: Request; respondWith(response: Promise<Response>): void }) => void,
    ): void;
    skipWaiting(): Promise<void>;
  }

  /** A file to send, `path` with the folders it was found in. */
  interface FoundFile {
    file: File;
    path: string;
  }

  interface NamedFile {
    file: File;
    name: string;
  }
}
