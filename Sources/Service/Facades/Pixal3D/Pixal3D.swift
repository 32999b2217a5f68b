import HTTP
import Settings

/// Pixal3D's gateway: one request, its status, and webhooks.
struct Pixal3D: Facade {
  static let dialect = "pixal3d"
  static let unit = "usd_millicent"

  let id = dialect
  // The service's own first segment is `pixal3d` already.
  static let prefix = "pixal3d-gw"
  var prefix: String { Self.prefix }
  let errorType = "application/json"
  let errorSchema = JSONSchema.object(
    ["error": JSONSchema.text, "message": JSONSchema.text], required: ["error", "message"])

  func response(to problem: ServiceProblem) -> Response {
    let (title, message) = Self.words(problem)
    return JSONText.response(
      problem.kind.status, ["error": .string(title), "message": .string(message)])
  }

  private static func words(_ problem: ServiceProblem) -> (String, String) {
    let title =
      switch problem.kind {
      case .insufficientCredits: "Insufficient Balance"
      case .invalid("model-name"): "Model not found"
      default:
        switch problem.kind.status {
        case 400, 422: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 429: "Too Many Requests"
        case 501: "Not Implemented"
        default: "Internal Server Error"
        }
      }
    return (
      title,
      problem.kind == .insufficientCredits
        ? "Your wallet does not have enough balance." : problem.message
    )
  }

  func news(of job: Job, _ outputs: [Job.Output], _ core: ServiceCore) -> JSONValue? {
    Pixal3DRequests.wire(job, outputs, core)
  }

  var routes: [Route] {
    [
      Route(
        "POST", "/pixal3d/v1/pixal3d-request", "Makes a model of a picture", scope: "write",
        body: BodyPolicy(limit: PictureSource.textLimit(1)),
        run: Pixal3DRequests.create
      ).documented(
        json: Pixal3DOrder.schema, status: 202,
        JSONSchema.object(
          [
            "request_id": JSONSchema.text, "status": ["const": "QUEUED"],
            "polling_url": JSONSchema.text,
          ], required: ["request_id", "status", "polling_url"])
      ).counted(),
      Route("POST", "/pixal3d/v1/{request}", "Any other model", scope: "write") { call in
        let name = call.parameter("request").replacingSuffix("-request")
        throw ServiceProblem(
          .invalid("model-name"), "Model '\(name.prefix(60))' not found or is disabled")
      }.undocumented(),
      Route(
        "GET", "/v2/requests/status/{id}", "How far a request is", scope: "read",
        run: Pixal3DRequests.get
      ).documented(Self.status),
    ]
  }

  private static let status = JSONSchema.object(
    [
      "request_id": JSONSchema.text,
      "status": JSONSchema.choice(["QUEUED", "PROCESSING", "COMPLETED", "FAILED", "ERROR"]),
      "model_id": JSONSchema.text, "error": JSONSchema.optional(JSONSchema.text),
      "output": JSONSchema.optional(
        JSONSchema.object(
          ["media_url": JSONSchema.list(JSONSchema.text), "media_type": JSONSchema.text],
          required: ["media_url", "media_type"])),
      "created_at": JSONSchema.text, "updated_at": JSONSchema.text,
      "completed_at": JSONSchema.optional(JSONSchema.text),
      "warnings": JSONSchema.list(JSONSchema.text), "backend": JSONSchema.text,
    ],
    required: [
      "request_id", "status", "model_id", "error", "output", "created_at", "updated_at",
      "completed_at",
    ])
}

extension String {
  fileprivate func replacingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
