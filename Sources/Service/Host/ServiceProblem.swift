import HTTP

/// Why a request is not done, before it is put into the words of a dialect.
struct ServiceProblem: Error, Sendable {
  enum Kind: Sendable, Equatable {
    case unauthorized
    case keyExpired
    case keyRevoked
    case forbidden
    case insufficientCredits
    case fileTooLarge
    case invalidFormat
    /// Of the thing that is named: `model`, `render`, `overlay`, `job`.
    case notFound(String)
    case unknownPath
    case wrongMethod(allowed: [String])
    case tooMany
    /// With the word that says what of the request is wrong: `request`, `settings`, `tags`.
    case invalid(String)
    case notReady
    case expired
    case rateLimited(seconds: Int)
    case ingestFailed
    case ingestTimeout
    /// The idempotency key is in use by a request that is not answered yet.
    case keyInUse
    /// The idempotency key was used for another request.
    case keyReused
    /// The disk is full or broken.
    case storage
    /// What it needs is out of reach for now.
    case busy
    /// What needs an engine that is not there, by the word for it: `mode`, `format`.
    case unavailable(String)
    /// As much as the account may spend or run: `daily_cap`, `monthly_cap`, `concurrency_cap`.
    case capped(String)
    /// The account has not paid in what is asked before a first job.
    case needsTopUp
    case `internal`
  }

  let kind: Kind
  let message: String

  /// The field of the request that is wrong, where it is one.
  let field: String?

  /// What was wanted and what there is, where money is short.
  let short: Ledger.Short?

  init(_ kind: Kind, _ message: String, field: String? = nil, short: Ledger.Short? = nil) {
    (self.kind, self.message, self.field, self.short) = (kind, message, field, short)
  }

  static func tooFast(_ verdict: RateLimit.Verdict) -> ServiceProblem {
    ServiceProblem(
      .rateLimited(seconds: verdict.seconds),
      "more than \(verdict.limit) requests a minute; wait \(verdict.seconds) s")
  }

  /// The headers that go with it in every dialect.
  var headers: [(name: String, value: String)] {
    switch kind {
    case .rateLimited(let seconds): [("Retry-After", "\(seconds)")]
    case .busy: [("Retry-After", "5")]
    case .wrongMethod(let allowed): [("Allow", allowed.joined(separator: ", "))]
    default: []
    }
  }

  static func of(_ error: any Error) -> ServiceProblem {
    switch error {
    case let problem as ServiceProblem: problem
    case let short as Ledger.Short:
      ServiceProblem(
        .insufficientCredits,
        short.available == 0
          ? "No render credits remaining"
          : "\(short.needed) credits are needed and \(short.available) are there", short: short)
    case let error as StoreError where error.kind == .disk:
      ServiceProblem(.storage, "the service's disk is full or cannot be written")
    case let error as StoreError where [.unreachable, .contended].contains(error.kind):
      ServiceProblem(.busy, "the service's database cannot be reached just now; try again")
    case BlobStore.Problem.unreachable:
      ServiceProblem(.busy, "the service's files cannot be reached just now; try again")
    case BlobStore.Problem.missing:
      ServiceProblem(.internal, "the file is not where it was put; the log has it by request id")
    case is BlobStore.Problem:
      ServiceProblem(.storage, "the service's disk is full or cannot be written")
    default: ServiceProblem(.internal, "something went wrong here; the log has it by request id")
    }
  }
}

extension ServiceProblem.Kind {
  /// The status in every dialect that says nothing else.
  var status: Int {
    switch self {
    case .fileTooLarge, .invalidFormat, .tooMany, .invalid, .ingestFailed: 400
    case .unauthorized, .keyExpired, .keyRevoked: 401
    case .insufficientCredits: 402
    case .forbidden: 403
    case .notFound, .unknownPath: 404
    case .wrongMethod: 405
    case .ingestTimeout: 408
    case .notReady, .keyInUse: 409
    case .expired: 410
    case .keyReused: 422
    case .rateLimited: 429
    case .internal: 500
    case .busy: 503
    case .unavailable: 501
    case .capped: 429
    case .needsTopUp: 403
    case .storage: 507
    }
  }
}
