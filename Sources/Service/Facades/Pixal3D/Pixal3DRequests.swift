import HTTP
import Settings

/// Requests: made, followed, told of.
enum Pixal3DRequests {
  private static let prefix = "pixal3d_"

  @Sendable static func create(_ call: Call) async throws -> Outcome {
    let webhook = try webhook(call)
    let order = try Pixal3DOrder(call)
    var work = order.work
    let picture = try await PictureSource.take(
      text: order.picture, field: "image_url", leastSide: 1, call.core)
    work.pictures = [(picture, nil)]
    work.engine = call.core.settings.imageCommand
    let (core, account, made) = (call.core, call.account, work)
    return .write { database in
      let plan = made.plan()
      try made.record(database)
      var job = Job(
        account: account, dialect: Pixal3D.dialect, kind: "image_to_3d",
        request: .object(
          (order.values.object ?? []) + [
            ("warnings", .array(order.warnings.map { .string($0) }))
          ]), planText: plan.json.text(), price: order.price(core.prices), unit: Pixal3D.unit)
      job.publicID = prefix + Identifier.ordered()
      (job.inputs, job.webhook) = (plan.blobs, webhook)
      try JobStore.submit(job, core.ledger, database)
      return JSONText.response(
        202,
        [
          "request_id": .string(job.publicID), "status": "QUEUED",
          "polling_url": .string(
            core.base(of: Pixal3D.dialect, prefix: Pixal3D.prefix)
              + "/v2/requests/status/\(job.publicID)"),
        ])
    }
  }

  private static func webhook(_ call: Call) throws -> Job.Webhook? {
    let headers = call.request.head.headers
    let mode = headers["x-webhook-mode"] ?? "terminal"
    guard ["terminal", "sync"].contains(mode) else {
      throw ServiceProblem(.invalid("request"), "X-Webhook-Mode is terminal or sync")
    }
    return try headers["x-webhook-url"].map { url in
      try Job.Webhook.checked(url, isSync: mode == "sync", call.core)
    }
  }

  private static func status(_ job: Job) -> String {
    switch job.state {
    case .queued: job.attempt == 0 ? "QUEUED" : "PROCESSING"
    case .running: "PROCESSING"
    case .succeeded, .expired: "COMPLETED"
    case .failed: job.failure?.kind == .system ? "ERROR" : "FAILED"
    case .cancelled: "FAILED"
    }
  }

  static func wire(_ job: Job, _ outputs: [Job.Output], _ core: ServiceCore) -> JSONValue {
    let finished = job.finished.map { JSONValue.string(Clock.text($0)) }
    let model =
      job.state == .succeeded
      ? core.link("model_glb", outputs, lifetime: nil, of: job) : nil
    return [
      "request_id": .string(job.publicID), "status": .string(status(job)), "model_id": "pixal3d",
      "error": job.failure.map { .string($0.message) } ?? .null,
      "output": model.map {
        ["media_url": .array([.string($0)]), "media_type": "model/glb"]
      } ?? .null,
      "created_at": .string(Clock.text(job.created)),
      "updated_at": finished ?? .string(Clock.text(Clock.now())),
      "completed_at": finished ?? .null,
      "warnings": job.request["warnings"] ?? [],
      "backend": job.result["reconstruct"]?["backend"] ?? "pending",
    ]
  }

  @Sendable static func get(_ call: Call) async throws -> Outcome {
    let id = call.parameter("id")
    let value = try call.core.store.read { database -> JSONValue in
      guard
        let job = try JobStore.find(
          dialect: Pixal3D.dialect, publicID: id, account: call.account, database)
      else { throw ServiceProblem(.notFound("request"), "there is no request \(id.prefix(80))") }
      return wire(job, try JobStore.outputs(of: job.id, database), call.core)
    }
    return .answer(JSONText.response(200, value))
  }
}
