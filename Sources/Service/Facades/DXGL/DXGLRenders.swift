import HTTP
import Settings

/// Renders: priced, queued, followed, fetched.
enum DXGLRenders {
  static let batchLimit = 100

  // MARK: Jobs

  static func preview(of model: ModelStore.Model) -> Job {
    let plan = DXGLRenderSettings.previewPlan(model: file(model))
    var job = Job(
      account: model.account, dialect: DXGL.dialect, kind: "preview", model: model.id,
      request: DXGLRenderSettings.standard.values, planText: plan.json.text(), priority: 1,
      unit: DXGL.unit)
    job.inputs = plan.blobs
    return job
  }

  private static func file(_ model: ModelStore.Model) -> (blob: String, ending: String) {
    model.blob.map { ($0, "glb") } ?? (model.original, model.format)
  }

  static func job(
    _ settings: DXGLRenderSettings, _ model: ModelStore.Model, batch: String?,
    _ prices: PriceBook, _ database: Connection
  ) throws -> Job {
    let overlay = try settings.overlay.map { id in
      try DXGLOverlays.find(id, model.account, database)
    }
    let plan = settings.plan(
      model: file(model), overlay: overlay.map { ($0.blob, $0.format) })
    var job = Job(
      account: model.account, dialect: DXGL.dialect, kind: settings.kind, model: model.id,
      batch: batch, request: settings.values, planText: plan.json.text(),
      price: settings.price(prices), unit: DXGL.unit)
    job.inputs = plan.blobs
    return job
  }

  // MARK: Submitting

  /// `{modelId, renderSettings}`
  private static func order(
    _ value: JSONValue
  ) throws -> (model: String, settings: DXGLRenderSettings) {
    let order = try Fields(value, only: ["modelId", "renderSettings"])
    let model = try order.require("modelId", order.text("modelId"))
    return (model, try DXGLRenderSettings(order["renderSettings"]))
  }

  @Sendable static func create(_ call: Call) async throws -> Outcome {
    let (id, settings) = try order(try call.json())
    let (core, account) = (call.core, call.account)
    return .write { database in
      let model = try DXGLModels.find(id, account, database)
      let job = try job(settings, model, batch: nil, core.prices, database)
      try JobStore.submit(job, core.ledger, database)
      return DXGLWire.data(["renderId": .string(job.publicID)], status: 201)
    }
  }

  private static func items(_ call: Call) throws -> [JSONValue] {
    let body = try call.fields(["renders"])
    guard let items = body["renders"]?.array, !items.isEmpty else {
      throw ServiceProblem(.invalid("request"), "\"renders\" is a list of at least one render")
    }
    guard items.count <= batchLimit else {
      throw ServiceProblem(.tooMany, "a batch holds at most \(batchLimit) renders")
    }
    return items
  }

  /// All or nothing: the sum is there, or nothing is charged and nothing queued.
  @Sendable static func createBatch(_ call: Call) async throws -> Outcome {
    let orders = try items(call).map(order)
    let (core, account) = (call.core, call.account)
    return .write { database in
      // Before any model, so that two batches of the same models do not wait for each other.
      try database.engine.takeTurn(account)
      let batch = Identifier.short()
      let jobs = try orders.map { id, settings in
        try job(
          settings, try DXGLModels.find(id, account, database), batch: batch, core.prices, database)
      }
      let sum = jobs.reduce(0) { $0 + $1.price }
      try core.ledger.require(sum, account, DXGL.unit, database)
      for job in jobs { try JobStore.submit(job, core.ledger, database) }
      return DXGLWire.data(
        [
          "renders": .array(
            jobs.map { job in
              ["renderId": .string(job.publicID), "modelId": .string(job.model ?? "")]
            }), "creditsCharged": .integer(sum),
        ], status: 201)
    }
  }

  /// An item is `{modelId?, renderSettings}` or the settings alone.
  @Sendable static func quote(_ call: Call) async throws -> Outcome {
    let prices = try items(call).map { item in
      let isWrapped = item["renderSettings"] != nil || item["modelId"] != nil
      return try DXGLRenderSettings(isWrapped ? item["renderSettings"] : item)
        .price(call.core.prices)
    }
    let available = try call.core.store.read {
      try call.core.ledger.balance(call.account, DXGL.unit, $0)
    }
    let sum = prices.reduce(0, +)
    return .answer(
      DXGLWire.data([
        "creditsRequired": .integer(sum), "creditsAvailable": .integer(available),
        "sufficient": .bool(sum <= available),
        "items": .array(
          prices.enumerated().map { ["index": .integer($0), "credits": .integer($1)] }),
      ]))
  }

  // MARK: Looking

  private static func find(_ call: Call, _ database: Connection) throws -> Job {
    try find(call.parameter("id"), call.account, database)
  }

  static func find(_ id: String, _ account: String, _ database: Connection) throws -> Job {
    guard
      let job = try JobStore.find(
        dialect: DXGL.dialect, publicID: id, account: account, database)
    else { throw ServiceProblem(.notFound("render"), "there is no render \(id.prefix(40))") }
    return job
  }

  @Sendable static func get(_ call: Call) async throws -> Outcome {
    let value = try call.core.store.read { database in
      let job = try find(call, database)
      return DXGLWire.render(job, try JobStore.outputs(of: job.id, database), call.core)
    }
    return .answer(DXGLWire.data(value))
  }

  @Sendable static func list(_ call: Call) async throws -> Outcome {
    let (limit, offset) = try call.page()
    let filter = try call.request.head.query("status").map { status in
      guard let filter = DXGLWire.filter(status) else {
        throw ServiceProblem(.invalid("request"), "\"\(status.prefix(40))\" is no status")
      }
      return filter
    }
    let model = call.request.head.query("modelId")
    let (values, total) = try call.core.store.read { database in
      let (jobs, total) = try JobStore.list(
        account: call.account, dialect: DXGL.dialect, model: model, states: filter?.states ?? [],
        phases: filter?.phases ?? [], limit: limit, offset: offset, database)
      let values = try jobs.map { job in
        DXGLWire.render(job, try JobStore.outputs(of: job.id, database), call.core)
      }
      return (values, total)
    }
    return .answer(DXGLWire.list(values, total: total, offset: offset, limit: limit))
  }

  static func asset(_ role: String, _ call: Call) async throws -> Outcome {
    let file = try call.core.store.read { database in
      try output(role, try find(call, database), accept: call.accept, database)
    }
    return .answer(
      try await call.core.answer(file, isPublic: false, to: call).with(
        "Vary", "Accept, Authorization"))
  }

  /// A file of a render. Throws where it has none, not yet or not any more.
  ///
  /// - Parameter accept: what the client would rather have: posters are there as WebP too.
  static func output(
    _ role: String, _ job: Job, accept: String = "", _ database: Connection
  ) throws -> Job.Output {
    guard job.state != .expired else {
      throw ServiceProblem(.expired, "the files of this render have expired")
    }
    // What a dataset has for a video is the dataset, and the bundle of it too.
    let isDataset = job.kind == "render_dataset"
    let wanted = isDataset && ["video", "bundle"].contains(role) ? "dataset" : role
    let outputs = try JobStore.outputs(of: job.id, database)
    if accept.hasPrefix("image/webp"),
      let output = outputs.first(where: { $0.role == wanted + "_webp" })
    {
      return output
    }
    if let output = outputs.first(where: { $0.role == wanted }) { return output }
    if job.state == .succeeded {
      throw ServiceProblem(.notFound("render"), "this render has no such file")
    }
    let why = job.failure.map { "the render failed: \($0.message)" }
    throw ServiceProblem(.notReady, why ?? "the render is \(DXGLWire.status(job))")
  }
}
