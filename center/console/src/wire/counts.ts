// The figures that are quoted, as GET /api/counts has them (docs/api.md).
import type { Maybe } from "./views.ts";

export interface Span {
  span: string;
  fiscal_year: string;
  recovered?: Maybe<Record<string, number>>;
  closed?: Maybe<Record<string, number>>;
  told?: Maybe<number>;
  median_s?: Maybe<number>;
  p95_s?: Maybe<number>;
  helped?: Maybe<Record<string, number>>;
  clips?: Maybe<number>;
}

export interface Counts {
  month: string;
  fiscal_year: string;
  years: Span[];
  months: Span[];
  definitions: Record<string, string>;
}
