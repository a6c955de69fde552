// What is looked up about persons and in public: the answers of `/api/records/search`, `/api/posts/search` and
// `/api/units/{unit}/stop` (docs/api.md). Fields that are absent are unknown.
export interface PersonOnFile {
  person: string;
  last: string;
  first: string;
  middle?: string;
  born?: string;
  address?: string;
  photo?: string;
  warrants?: { number: string; charge?: string; agency?: string }[];
  orders?: { number: string; role?: string }[];
}

export interface Ranked {
  person: PersonOnFile;
  score: number;
  standing: "certain" | "likely" | "possible";
  licence: string;
  reasons?: string[];
  against?: string[];
  ways?: string[];
}

export interface CarOnFile {
  plate: string;
  state?: string;
  make?: string;
  model?: string;
  color?: string;
  expires?: string;
  listed?: string[];
}

export interface Post {
  post: string;
  account: string;
  at: number;
  text: string;
  shown?: string;
  place?: string;
  lat?: number;
  lon?: number;
}

export interface Found {
  inquiry: string;
  at: number;
  until: number;
  ranked?: Ranked[];
  car?: CarOnFile;
  owner?: PersonOnFile;
  posts?: Post[];
  more?: boolean;
  trouble?: string;
}

export interface StopLook {
  stop: string;
  sought: { last?: string; first?: string; born?: string; licence?: string; without?: boolean };
  waiting?: boolean;
  headline?: string;
  note?: string;
  ranked?: Ranked[];
  car?: CarOnFile;
  owner?: PersonOnFile;
}

export const described = (car: CarOnFile): string =>
  [car.color, car.make, car.model, car.plate, car.state].filter(Boolean).join(" ");

export const called = (person: PersonOnFile): string =>
  `${person.first} ${person.last}${person.born ? `, born ${person.born}` : ""}`;
