import HTTP
import Settings

/// 3D AI Studio's API: generators, tools and a figurine flow, all of them tasks with one status endpoint.
struct Studio: Facade {
  static let dialect = "studio"
  static let unit = "studio_credit"
  /// A day; then the status endpoint answers 410.
  static let lifetime = 86_400_000

  let id = dialect
  let uploadBytes: Int
  let lifetime: Int? = lifetime
  let submitsPerMinute: Int?

  init(uploadBytes: Int, submitsPerMinute: Int = 3) {
    self.uploadBytes = uploadBytes
    self.submitsPerMinute = submitsPerMinute == 0 ? nil : submitsPerMinute
  }

  let errorType = "application/json"
  let errorSchema = JSONSchema.object(
    [
      "code": JSONSchema.text, "message": JSONSchema.text, "detail": JSONSchema.text,
      "errors": JSONSchema.anyObject,
    ], required: ["code", "message", "detail"])

  func response(to problem: ServiceProblem) -> Response {
    var members: [(key: String, value: JSONValue)] = [
      ("code", .string(Self.code(problem.kind))), ("message", .string(problem.message)),
      ("detail", .string(problem.message)),
    ]
    if let field = problem.field {
      members.append(("errors", .object([(field, .array([.string(problem.message)]))])))
    }
    return JSONText.response(problem.kind.status, .object(members))
  }

  private static func code(_ kind: ServiceProblem.Kind) -> String {
    switch kind {
    case .unauthorized: "invalid_api_key"
    case .keyExpired: "api_key_expired"
    case .keyRevoked: "api_key_revoked"
    case .insufficientCredits: "insufficient_credits"
    case .tooMany, .invalid, .fileTooLarge, .invalidFormat, .ingestFailed: "validation_failed"
    case .notFound, .unknownPath: "not_found"
    default: DXGLWire.code(kind).code
    }
  }

  func news(of job: Job, _ outputs: [Job.Output], _ core: ServiceCore) -> JSONValue? {
    .object(
      [("task_id", .string(job.publicID))] + (StudioTasks.wire(job, outputs, core).object ?? []))
  }

  var routes: [Route] {
    let wallet = JSONSchema.object(["balance": JSONSchema.text], required: ["balance"])
    let status = JSONSchema.object(
      [
        "status": JSONSchema.choice(["PENDING", "IN_PROGRESS", "FINISHED", "FAILED"]),
        "progress": JSONSchema.whole(0, 100),
        "failure_reason": JSONSchema.optional(JSONSchema.text),
        "results": JSONSchema.list(
          JSONSchema.object(
            [
              "asset": JSONSchema.text, "asset_url": JSONSchema.text,
              "asset_type": JSONSchema.text,
              "thumbnail": JSONSchema.optional(JSONSchema.text),
              "metadata": JSONSchema.anyObject,
            ], required: ["asset", "asset_url", "asset_type"])),
      ], required: ["status", "progress", "failure_reason", "results"])
    return [
      Route(
        "GET", "/v1/generation-request/{id}/status", "How far a task is", scope: "read",
        run: StudioTasks.get
      ).documented(status),
      Route(
        "GET", "/account/user/wallet", "Credits left", scope: "read", run: StudioTasks.wallet
      ).documented(wallet),
      Route("GET", "/user/wallet", "Credits left", scope: "read", run: StudioTasks.wallet)
        .documented(wallet),
    ] + submits
  }

  private var submits: [Route] {
    let body = BodyPolicy(
      limit: max(uploadBytes, PictureSource.textLimit(4)) + 1 << 20, takesForms: true,
      plainLimit: PictureSource.textLimit(4))
    let made = JSONSchema.object(
      ["task_id": JSONSchema.text, "created_at": JSONSchema.text],
      required: ["task_id", "created_at"])
    return (StudioGenerators.all + StudioTools.all + [StudioFlow.miniature]).flatMap { operation in
      operation.paths.map { path in
        Route("POST", path, operation.summary, scope: "write", body: body) { call in
          try await StudioTasks.submit(operation, call)
        }.documented(json: operation.schema, made).counted()
      }
    }
  }
}

/// One thing that can be ordered: where, with what, and the work that it is.
struct StudioOperation: Sendable {
  let paths: [String]
  let summary: String
  /// Fields, which of them there must be, and their schemas.
  let fields: [(key: String, value: JSONValue)]
  var required: [String] = []
  let order: @Sendable (StudioBody) async throws -> StudioOrder

  var schema: JSONValue { JSONSchema.object(fields, required: required, isClosed: true) }
}

/// What was ordered, ready to be queued.
struct StudioOrder: Sendable {
  let kind: String
  let price: Int
  let plan: JobPlan
  /// What makes the rows of the blobs that it reads.
  let record: @Sendable (Connection) throws -> Void
  /// What was asked for and has no effect.
  var warnings: [String] = []
}
