// Conversations and bulletins as the center shows them (docs/api.md). Absent fields have their default.
import type { Maybe, Micros } from "./views.ts";

export type ReceiptState = "sent" | "delivered" | "read";

export interface Receipt {
  to: string;
  person?: boolean;
  state: ReceiptState;
  tries?: number;
  delivered_at?: Maybe<Micros>;
  read_at?: Maybe<Micros>;
  read_by?: string;
  /** When the room was told that it is not read. */
  told_at?: Maybe<Micros>;
}

export interface Post {
  post: string;
  at: Micros;
  author: string;
  person?: boolean;
  text: string;
  kind: string;
  /** Taken down: no longer worth showing. */
  over?: boolean;
  /** For this person, or for the room they are of, and not read yet. */
  mine?: boolean;
  to?: Receipt[];
}

export interface Thread {
  thread: string;
  title: string;
  last_at: Micros;
  unread?: number;
  posts?: Post[];
}

export interface Messages {
  threads: Thread[];
  cases?: { case: string; title: string; persons?: string[] }[];
  targets?: string[];
}

export interface Source {
  kind: string;
  name?: string;
}

/** Another agency that a bulletin is for: how many of its people it went to, have it, have read it. */
export interface Partner {
  agency: string;
  people: number;
  have: number;
  read: number;
}

export interface Bulletin {
  bulletin: string;
  kind: "series" | "vehicle" | "person";
  title: string;
  text: string;
  at: Micros;
  author?: string;
  confidence: string;
  sure?: string;
  until: Micros;
  audience?: string;
  case?: string;
  sources?: Source[];
  reports?: string[];
  state: "draft" | "approved" | "declined" | "withdrawn" | "expired";
  by?: string;
  decided_at?: Maybe<Micros>;
  note?: string;
  post?: string;
  mine?: boolean;
  partners?: Partner[];
  to?: Receipt[];
}
