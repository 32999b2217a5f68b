import HTTP
import Settings

/// Image3D's API: generations from a picture or words, with a price that is settled when they end.
struct Image3D: Facade {
  static let dialect = "image3d"
  static let unit = "image3d_credit"

  let id = dialect
  let errorType = "application/json"
  let errorSchema = JSONSchema.object(
    [
      "error": JSONSchema.object(
        ["code": JSONSchema.text, "message": JSONSchema.text], required: ["code", "message"])
    ], required: ["error"])

  func response(to problem: ServiceProblem) -> Response {
    JSONText.response(
      problem.kind.status,
      ["error": ["code": .string(Self.code(problem.kind)), "message": .string(problem.message)]])
  }

  private static func code(_ kind: ServiceProblem.Kind) -> String {
    switch kind {
    case .unauthorized, .keyExpired, .keyRevoked: "invalid_api_key"
    case .insufficientCredits: "insufficient_credits"
    case .notFound, .unknownPath: "not_found"
    case .tooMany, .invalid, .fileTooLarge, .invalidFormat, .ingestFailed: "invalid_request"
    default: DXGLWire.code(kind).code
    }
  }

  func news(of job: Job, _ outputs: [Job.Output], _ core: ServiceCore) -> JSONValue? {
    try? core.store.read { try Image3DTasks.wire(job, outputs, core, $0) }
  }

  private static let body = BodyPolicy(limit: PictureSource.textLimit(1))

  var routes: [Route] {
    [
      Route(
        "POST", "/api/v1/generations", "Makes a model of a picture or of words", scope: "write",
        body: Self.body, run: Image3DTasks.create
      ).documented(json: Image3DOrder.schema, status: 202, Self.task).counted(),
      Route(
        "GET", "/api/v1/generations", "Generations, the newest first", scope: "read",
        run: Image3DTasks.list
      )
      .documented(
        query: [("limit", JSONSchema.whole(1, 100)), ("cursor", JSONSchema.text)],
        JSONSchema.object(
          [
            "generations": JSONSchema.list(Self.task),
            "next_cursor": JSONSchema.optional(JSONSchema.text),
          ], required: ["generations", "next_cursor"])),
      Route(
        "GET", "/api/v1/generations/{id}", "How far a generation is", scope: "read",
        run: Image3DTasks.get
      ).documented(Self.task),
      Route("GET", "/api/v1/balance", "Credits left", scope: "read", run: Image3DTasks.balance)
        .documented(Self.balance),
      Route("GET", "/api/balance", "Credits left", scope: "read", run: Image3DTasks.balance)
        .documented(Self.balance),
      Route(
        "POST", "/api/generate", "The older form of /api/v1/generations", scope: "write",
        body: Self.body, run: Image3DTasks.createOlder
      ).documented(
        json: Image3DOrder.olderSchema,
        JSONSchema.object(
          ["task_id": JSONSchema.text, "status": JSONSchema.text, "provider": JSONSchema.text],
          required: ["task_id", "status", "provider"])
      ).counted(),
      Route(
        "GET", "/api/status/{id}", "How far a generation is", scope: "read",
        run: Image3DTasks.getOlder
      )
      .documented(
        JSONSchema.object(
          [
            "task_id": JSONSchema.text, "status": Self.status,
            "progress": JSONSchema.whole(0, 100), "model_url": JSONSchema.text,
            "provider": JSONSchema.text, "error": JSONSchema.text,
          ], required: ["task_id", "status", "progress"])),
    ]
  }

  private static let status = JSONSchema.choice(["queued", "processing", "success", "failed"])

  private static let balance = JSONSchema.object(
    ["balance": JSONSchema.whole, "unit": JSONSchema.text], required: ["balance", "unit"])

  private static let task = JSONSchema.object(
    [
      "task_id": JSONSchema.text, "status": status, "mode": JSONSchema.text,
      "quality": JSONSchema.text, "output_format": JSONSchema.text,
      "metadata": JSONSchema.optional(JSONSchema.anyObject),
      "billing": JSONSchema.object(
        [
          "precharge_credits": JSONSchema.whole,
          "final_credits": JSONSchema.optional(JSONSchema.whole),
          "refund_credits": JSONSchema.whole, "unit": JSONSchema.text,
        ], required: ["precharge_credits", "final_credits", "refund_credits", "unit"]),
      "status_url": JSONSchema.text, "created_at": JSONSchema.text,
      "progress": JSONSchema.whole(0, 100), "model_url": JSONSchema.text,
      "error": JSONSchema.text,
    ],
    required: [
      "task_id", "status", "mode", "quality", "output_format", "metadata", "billing", "status_url",
      "created_at", "progress",
    ])
}
