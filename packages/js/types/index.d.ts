// Types of what the package exports. Those of the commands are generated: `commands.d.ts`.

import type { Commands, ErrorKind, Streams } from './commands.js';

export type * from './commands.js';

/** Settings of a client. */
export interface ClientOptions extends CallDefaults {
  /** An API token, without a password. Excludes `oauth`. Default: no credentials. */
  token?: string | undefined;
  /** OAuth 1 credentials. Exclude `token`. Default: no credentials. */
  oauth?: OAuth | undefined;
  /**
   * Base URL of the API. Default: the one of the platform that accepts the credentials.
   *
   * Where it is set, `bridgeUrl` and `redisProxyUrl` have it as their default: the credentials of another platform never go to the usual
   * one.
   */
  apiUrl?: string | undefined;
  /** Base URL for commands of the domain `bridge`. Default: `apiUrl`, or else that of the platform. */
  bridgeUrl?: string | undefined;
  /** URL of a database, with its password, for commands of the domain `redis-http` that name none: `redis://:password@host:6379`. */
  redisUrl?: string | undefined;
  /** Base URL of the HTTP proxy for those commands. Default: `apiUrl`, or else that of the platform. */
  redisProxyUrl?: string | undefined;
  /** Largest number of requests at the same time. Default: 32. */
  concurrency?: number | undefined;
  /** `true` to send credentials over plain `http` to other machines too, where everybody on the way can read them. Default: `false`. */
  allowCredentialsOverPlainHttp?: boolean | undefined;
}

/** OAuth 1 credentials: a consumer, and the token of a user. */
export interface OAuth {
  consumerKey: string;
  consumerSecret: string;
  token: string;
  /** Secret of the token. */
  secret: string;
  /** How requests are signed. Default: `PLAINTEXT`. */
  signatureMethod?: 'PLAINTEXT' | 'HMAC-SHA1' | 'HMAC-SHA512' | undefined;
}

/** Options of calls that a client may set for all of them. */
export interface CallDefaults {
  /** Longest time of a whole call, retries included, in milliseconds. Default: no limit. */
  timeout?: number | undefined;
  /** Longest time of one attempt, in milliseconds. Default: 30,000. */
  attemptTimeout?: number | undefined;
  /** Largest number of attempts. A change is never sent twice if that could do it twice. Default: that of the SDK. */
  maxAttempts?: number | undefined;
  /** The most bytes that the body of an answer may have. Default: 64 MiB. */
  bodyLimit?: number | undefined;
  /** `true` to get passwords, tokens and other secrets as they are. Default: `***` stands in their place. */
  exposeSecrets?: boolean | undefined;
}

/** Options of one call. */
export interface CallOptions extends CallDefaults {
  /** Gives the call up: its request is aborted, and the promise fails with the reason of the signal, as that of `fetch` does. */
  signal?: AbortSignal | undefined;
}

/** Options of one stream. */
export interface StreamOptions {
  /** Closes the stream at once. Its loop fails with the reason of the signal. */
  signal?: AbortSignal | undefined;
}

/**
 * One thing that a stream gives: an item, or a notice. A notice says that items may be missing at this point (`kind` is `StreamGap`), or
 * that one of them could not be read. The stream goes on after it.
 */
export type Delivered<Item> = { item: Item; notice?: undefined } | { notice: CleverError; item?: undefined };

/** A command as data. */
export interface CommandInfo {
  name: keyof Commands | keyof Streams;
  /** Subject, such as `application`. */
  domain: string;
  /** One sentence. */
  summary: string;
  /** `once` for `dispatch`, `stream` for `stream`. */
  kind: 'once' | 'stream';
  effect: 'read-only' | 'additive' | 'destructive';
  /** `true` if a second call with the same inputs has no further effect. */
  isIdempotent: boolean;
  /** Operations of the API that it may call. */
  operations: string[];
}

/** A command as data, with its schemas. */
export interface CommandDescription extends CommandInfo {
  /** The summary, more about the command, and its errors. */
  description: string;
  /** JSON Schema of the inputs. */
  input: Record<string, unknown>;
  /** JSON Schema of the output, or of each item of a stream. */
  output: Record<string, unknown>;
}

/** The inputs of a command, which may be left out if all of them are optional. */
type Arguments<Input, Options> = {} extends Input
  ? [input?: Input | null | undefined, options?: Options | undefined]
  : [input: Input, options?: Options | undefined];

/** Sends commands with one identity. It sends nothing and loads nothing before its first call. */
export class Client {
  constructor(options?: ClientOptions);

  /**
   * Runs a command and gives its output as the command does: a list is an array, nothing is `null`.
   *
   * @throws {CleverError} The command does not exist, its input does not match, or it failed.
   */
  dispatch<Name extends keyof Commands>(
    name: Name,
    ...rest: Arguments<Commands[Name]['input'], CallOptions>
  ): Promise<Commands[Name]['output']>;

  /**
   * Opens a stream when its first item is asked for, and reads on only as items are asked for. Leaving the loop closes the connection at
   * once, and so does `return()`.
   *
   * @throws {CleverError} The command does not exist, its input does not match, or the stream ended with a failure. The loop throws it.
   */
  stream<Name extends keyof Streams>(
    name: Name,
    ...rest: Arguments<Streams[Name]['input'], StreamOptions>
  ): AsyncGenerator<Delivered<Streams[Name]['item']>, undefined, undefined>;

  /** Lists all commands, by name. */
  commands(): Promise<CommandInfo[]>;

  /**
   * Describes one command, with its schemas.
   *
   * @throws {CleverError} There is no such command.
   */
  describe(name: string): Promise<CommandDescription>;
}

/** A failed call. `message` is one line for people, and ends with what to do. It never contains a secret. */
export class CleverError extends Error {
  private constructor();
  readonly name: 'CleverError';
  /** The kind of the failure: what a program decides by. */
  readonly kind: ErrorKind;
  /** The platform's code of the failure, or that of the kind. */
  readonly code: string;
  /** The reason alone, such as the message of the platform. */
  readonly reason?: string | undefined;
  /** HTTP status of the answer, if there was one. */
  readonly status?: number | undefined;
  readonly command?: string | undefined;
  /** Operation of the API, such as `get_zone`. */
  readonly operation?: string | undefined;
  readonly method?: string | undefined;
  /** URL of the request, without its query. */
  readonly url?: string | undefined;
  /** Number of times the request was sent. */
  readonly attempts?: number | undefined;
  /** `true` if the same call may succeed later. */
  readonly isRetryable: boolean;
  /** `true` if the resource does not exist, or is not visible to the credentials. */
  readonly isNotFound: boolean;
  /** `true` if the request was sent and may have been done although the call failed. */
  readonly mayBeDone: boolean;
  /** How long the platform asks to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** What to do now. */
  readonly nextStep?: string | undefined;
  /** Fields of the request that the platform complains of. */
  readonly fields?: { field: string | null; reason: string | null }[] | undefined;
  /** Id of the exchange, for which the platform's support asks. */
  readonly sozuId?: string | undefined;
  readonly apiRequestId?: string | undefined;
  /** Texts of the causes, the nearest first. */
  readonly causes?: string[] | undefined;
  /** Address of the guide to the kind. */
  readonly docs?: string | undefined;
  toJSON(): Record<string, unknown>;
}

/**
 * Loads the module of WebAssembly before the first call, or from another place than beside the package: its URL, its answer, its bytes or
 * the compiled module. Clients load it by themselves.
 */
export function load(source?: string | URL | object): Promise<void>;
