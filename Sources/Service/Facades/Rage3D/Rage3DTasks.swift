import Foundation
import HTTP
import Settings

/// Tasks: a model of pictures, followed and fetched.
enum Rage3DTasks {
  static let mostPictures = 4
  private static let resolution = 256
  private static let textureSize = 4096

  // MARK: Submitting

  @Sendable static func create(_ call: Call) async throws -> Outcome {
    guard case .form(let form) = call.request.body else {
      throw ServiceProblem(.invalid("request"), "the body is no multipart form with images")
    }
    guard form.fields.isEmpty, form.files.allSatisfy({ $0.field == "images" }),
      (1...mostPictures).contains(form.files.count)
    else {
      throw ServiceProblem(
        .invalid("request"), "the form holds one to four files, all in the field \"images\"")
    }
    var task = ImageTo3D()
    task.textureSize = textureSize
    task.resolution = resolution
    task.engine = call.core.settings.imageCommand
    // At once, as it is asked for sooner or later.
    task.formats = ["stl"]
    for (file, side) in zip(form.files, ImageTo3D.sides) {
      let picture = try await PictureSource.take(file: file.path, field: "images", call.core)
      task.pictures.append((picture, side))
    }
    let (core, account, made) = (call.core, call.account, task)
    return .write { database in
      let price = core.prices.price(Rage3D.dialect, "generation")
      let plan = made.plan()
      try made.record(database)
      var job = Job(
        account: account, dialect: Rage3D.dialect, kind: "image_to_3d",
        request: ["images": .integer(made.pictures.count)], planText: plan.json.text(),
        price: price, unit: Rage3D.unit)
      (job.publicID, job.inputs) = (Identifier.uuid(), plan.blobs)
      try JobStore.submit(job, core.ledger, database)
      let left = try balance(account, core, database)
      return JSONText.response(
        200,
        [
          "task_id": .string(job.publicID), "status": "queued",
          "message": "Task submitted. Use GET /task/{task_id} to check status.",
          "balance_after": rupees(left), "cost": rupees(price),
        ])
    }
  }

  // MARK: Looking

  private static func find(_ call: Call, _ database: Connection) throws -> (Job, [Job.Output]) {
    let id = call.parameter("id")
    guard
      let job = try JobStore.find(
        dialect: Rage3D.dialect, publicID: id.lowercased(), account: call.account, database)
    else { throw ServiceProblem(.notFound("task"), "there is no task \(id.prefix(40))") }
    return (job, try JobStore.outputs(of: job.id, database))
  }

  static func wire(_ job: Job, _ outputs: [Job.Output], _ core: ServiceCore) -> JSONValue {
    let status =
      switch job.state {
      case .queued: job.attempt == 0 ? "queued" : "running"
      case .running: "running"
      case .succeeded, .expired: "success"
      case .failed, .cancelled: "failed"
      }
    var members: [(key: String, value: JSONValue)] = [
      ("task_id", .string(job.publicID)), ("status", .string(status)),
      ("progress", .integer(job.progress)), ("created_at", .string(Clock.text(job.created))),
    ]
    if let failure = job.failure { members.append(("error", .string(failure.message))) }
    if let backend = job.result["reconstruct"]?["backend"] { members.append(("backend", backend)) }
    func link(_ key: String, _ role: String) {
      if let url = core.link(role, outputs, lifetime: Rage3D.lifetime, of: job) {
        members.append((key, .string(url)))
      }
    }
    if job.state == .succeeded {
      // One model: it has the materials of PBR, whichever name asks for it.
      link("model_url", "model_glb")
      link("pbr_model_url", "model_glb")
      link("rendered_image_url", "render_image")
      link("stl_url", "model_stl")
    }
    if job.state == .succeeded || job.state == .expired, let finished = job.finished {
      members.append(("expires_at", .string(Clock.offsetText(finished + Rage3D.lifetime))))
    }
    return .object(members)
  }

  @Sendable static func get(_ call: Call) async throws -> Outcome {
    let (job, outputs) = try call.core.store.read { try find(call, $0) }
    return .answer(JSONText.response(200, wire(job, outputs, call.core)))
  }

  @Sendable static func list(_ call: Call) async throws -> Outcome {
    let limit = try call.number("limit", in: 1...100, default: 10)
    let (tasks, total) = try call.core.store.read { database in
      let (jobs, total) = try JobStore.list(
        account: call.account, dialect: Rage3D.dialect, limit: limit, offset: 0, database)
      let tasks = try jobs.map { job in
        wire(job, try JobStore.outputs(of: job.id, database), call.core)
      }
      return (tasks, total)
    }
    return .answer(
      JSONText.response(200, ["generations": .array(tasks), "total": .integer(total)]))
  }

  // MARK: Fetching

  private static func ready(
    _ role: String, _ call: Call
  ) throws -> (job: Job, output: Job.Output) {
    let (job, outputs) = try call.core.store.read { try find(call, $0) }
    let isOver = job.finished.map { $0 + Rage3D.lifetime < Clock.now() } ?? false
    switch job.state {
    case .succeeded where !isOver: break
    case .succeeded, .expired: throw ServiceProblem(.expired, "the files of this task have expired")
    case .failed, .cancelled:
      throw ServiceProblem(.notReady, "the task failed: \(job.failure?.message ?? "")")
    case .queued, .running: throw ServiceProblem(.notReady, "the task is not finished yet")
    }
    guard let output = outputs.first(where: { $0.role == role }) else {
      throw ServiceProblem(.notFound("file"), "the task has no such file")
    }
    return (job, output)
  }

  @Sendable static func convert(_ call: Call) async throws -> Outcome {
    let (job, output) = try ready("model_stl", call)
    return .answer(
      JSONText.response(
        200,
        [
          "task_id": .string(job.publicID), "status": "success",
          "stl_url": .string(call.core.link(output, lifetime: Rage3D.lifetime, of: job)),
        ]))
  }

  @Sendable static func download(_ call: Call) async throws -> Outcome {
    guard let role = ["glb": "model_glb", "stl": "model_stl"][call.parameter("type")] else {
      throw ServiceProblem(.invalid("request"), "the file type is glb or stl")
    }
    let (_, output) = try ready(role, call)
    return .answer(try await call.core.answer(output, isPublic: false, to: call))
  }

  // MARK: Money

  private static func rupees(_ paise: Int) -> JSONValue { .number(Double(paise) / 100) }

  private static func balance(
    _ account: String, _ core: ServiceCore, _ database: Connection
  ) throws -> Int {
    try core.ledger.balance(account, Rage3D.unit, minorUnits: 100, database)
  }

  static func words(_ short: Ledger.Short) -> String {
    func text(_ paise: Int) -> String {
      paise % 100 == 0 ? "\(paise / 100)" : String(format: "%.2f", Double(paise) / 100)
    }
    return
      "Insufficient balance. Required: ₹\(text(short.needed)), Available: ₹\(text(short.available))"
  }

  @Sendable static func balance(_ call: Call) async throws -> Outcome {
    let held = try call.core.store.read { try balance(call.account, call.core, $0) }
    let cost = call.core.prices.price(Rage3D.dialect, "generation")
    let count = cost > 0 ? held / cost : 0
    return .answer(
      JSONText.response(
        200,
        [
          "balance": rupees(held),
          "message": .string("You can generate \(count) models with current balance"),
        ]))
  }

  @Sendable static func profile(_ call: Call) async throws -> Outcome {
    let value = try call.core.store.read { database -> JSONValue in
      let who = try Accounts.profile(call.account, database)
      let (_, total) = try JobStore.list(
        account: call.account, dialect: Rage3D.dialect, limit: 1, offset: 0, database)
      return [
        "email": .string(who.email), "name": .string(who.name),
        "balance": rupees(try balance(call.account, call.core, database)),
        "total_generations": .integer(total),
        "generation_cost": rupees(call.core.prices.price(Rage3D.dialect, "generation")),
      ]
    }
    return .answer(JSONText.response(200, value))
  }
}
