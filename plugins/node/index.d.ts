// SPDX-License-Identifier: Apache-2.0
// Types of index.js: what each call takes, gives and rejects with.
/// <reference types="node" />

/** A value of an option as on the command line; a list is joined by commas. */
export type OptionValue = string | number | boolean | Date | readonly string[];

/** Where keys, trust and ledger lie. */
export interface Setup {
  /** Keys, trust and settings below this folder, as SIGNMARK_HOME does. */
  home?: string | URL;
}

/**
 * The options of `signmark mark`. `contentId`, `content_id` and `content-id` are the same option;
 * those that are not listed here are handed on as they are, and an unknown one rejects.
 */
export interface MarkOptions extends Setup {
  /** Signing key by id or label; the newest usable one when none is named; false: do not sign. */
  signer?: string | false;
  /** "public", "both", or a private carrier key by id or label. */
  carrier?: string;
  /** A file or postgresql://HOST/DATABASE instead of the user's own ledger; false: record nothing. */
  ledger?: string | URL | false;
  layers?: string | readonly ('robust' | 'visible' | 'metadata' | 'manifest')[];
  producer?: string;
  produceId?: string;
  contentId?: string;
  existing?: 'refuse' | 'add';
  recipient?: string;
  agreement?: string;
  sidecar?: boolean;
  text?: string;
  wording?: 'gb45438' | 'eu-ai';
  corner?: 'bottom-right' | 'bottom-left' | 'top-right' | 'top-left' | 'bottom' | 'top';
  height?: number | string;
  font?: string;
  quality?: number | string;
  strength?: 'invisible' | 'default' | 'strong';
  sourceType?: string;
  agent?: string;
  agentVersion?: string;
  model?: string;
  title?: string;
  /** Files only: replace an existing target. */
  force?: boolean;
  /** Files only: the target is the source, and null as an argument. */
  inPlace?: boolean;
  /** Files only, with inPlace: path that keeps the original. */
  backup?: string;
  [option: string]: OptionValue | URL | undefined;
}

export interface VerifyOptions extends Setup {
  /** An issuer's bundle that is believed instead of this machine's store; false: believe nobody. */
  trust?: string | URL | false;
  /** Private carrier keys to search with, beside the public one. */
  carrier?: string | readonly string[];
  /** The manifest store beside the file: a path, or for verifyBuffer its bytes. */
  sidecar?: string | Bytes;
  declared?: boolean;
  /** Judge as of this time. */
  at?: string | Date;
  layers?: string | readonly string[];
  deep?: boolean;
  [option: string]: OptionValue | URL | Bytes | undefined;
}

export type Bytes = Uint8Array | Uint8ClampedArray | ArrayBuffer;

/** 8-bit samples, row after row without gaps: what sharp gives for raw(), or an ImageData. */
export interface Pixels {
  data: Bytes;
  width: number;
  height: number;
  /** 1 grey, 3 RGB, 4 RGB with straight alpha; 4 when left out. */
  channels?: number;
}

/** What `signmark --json mark` prints. */
export interface MarkReport {
  content_id: string;
  [field: string]: unknown;
}

export type Verdict = 'verified' | 'none' | 'untrusted' | 'tampered' | 'marked' | 'inconclusive';

/** What `signmark --json verify` prints, with its findings as a list. */
export interface VerifyReport {
  verdict: Verdict;
  content_id: string;
  sentence: string;
  findings: { layer: string; state: string; mark: string; basis: string; fields: Record<string, string> }[];
  [field: string]: unknown;
}

/** What every promise rejects with. Nothing was marked then, and nothing was written. */
export interface SignmarkError extends Error {
  /** Stable dotted name, e.g. "pipeline.existing"; "node.*" when the library was not asked. */
  code: string;
  /** Exit code of the program: 1 failed, 2 usage, 15 key, 20 refused, 130 cancelled. */
  status: number;
  /** File, position or field that it is about; may be "". */
  where: string;
  /** The cure, if one is known; may be "". */
  hint: string;
}

export function markFile(source: string | URL, target: string | URL | null, options?: MarkOptions):
  Promise<MarkReport>;
/** `sidecar` is there with the option of that name, when the format keeps its manifest outside. */
export function markBuffer(buffer: Bytes, options?: MarkOptions):
  Promise<{ data: Buffer; report: MarkReport; sidecar?: Buffer }>;
/** Robust mark and visible label in a copy of the samples; record and manifest need a file. */
export function markPixels(pixels: Pixels, options?: MarkOptions):
  Promise<{ data: Buffer; width: number; height: number; channels: number; report: MarkReport }>;
export function verifyFile(path: string | URL, options?: VerifyOptions): Promise<VerifyReport>;
export function verifyBuffer(buffer: Bytes, options?: VerifyOptions): Promise<VerifyReport>;
export function verifyPixels(pixels: Pixels, options?: VerifyOptions): Promise<VerifyReport>;
/** Version of libsignmark. */
export function version(): string;
