import HTTP
import Operations
import Settings
import Work

/// `/maquette/v1/jobs`: any verb on models of the account, followed while it runs.
enum NativeJobs {
  static let dialect = "maq"
  private static let longestWait = 50

  /// What each verb may write, the default first; nothing where it only reports.
  static let formats: [String: [String]] = [
    "convert": ["glb", "stl", "ply", "3mf", "off", "zip", "usdz"], "optimize": ["glb"],
    "decimate": ["glb", "stl", "ply", "3mf"], "remesh": ["glb", "stl", "ply", "3mf"],
    "repair": ["glb", "stl", "ply", "3mf"], "hollow": ["stl", "3mf", "glb"],
    "print": ["stl", "3mf"], "boolean": ["glb", "stl", "ply", "3mf"], "unwrap": ["glb"],
    "render": ["png", "webp", "jpg"], "turntable": ["mp4", "webm", "gif", "mov"],
    "dataset": ["zip"], "inspect": [], "compare": [], "bake": ["glb"],
    "reconstruct": ["glb", "stl"],
  ]

  /// Free text that names no file.
  private static let harmless = ["angles"]

  /// Options that a stranger may set: not those of free text, which name files of this machine.
  static func options(of verb: AnyVerb) -> [SettingDescription] {
    func isFree(_ schema: JSONValue) -> Bool {
      switch schema["type"]?.string {
      case "integer", "number", "boolean": false
      case "array": schema["items"].map(isFree) ?? true
      default: schema["enum"] == nil
      }
    }
    return verb.options.filter { harmless.contains($0.key) || !isFree($0.schema) }
  }

  // MARK: Submitting

  /// An order that makes sense, but for what it names.
  struct Order: Sendable {
    let verb: AnyVerb
    /// Ids of models, or pictures as addresses or base64.
    let given: [String]
    let takesPictures: Bool
    let format: String?
    let settings: JSONValue
    let webhook: Job.Webhook?
  }

  static func checked(_ value: JSONValue, _ core: ServiceCore) throws -> Order {
    let body = try Fields(
      value, only: ["kind", "params", "inputs", "pictures", "format", "webhook"])
    guard let kind = body["kind"]?.string, let formats = formats[kind],
      let verb = Catalogue.verb(named: kind)
    else {
      let known = Self.formats.keys.sorted().joined(separator: ", ")
      throw ServiceProblem(.invalid("request"), "kind is one of \(known)")
    }
    // One verb works on pictures, the others on models.
    let field = kind == "reconstruct" ? "pictures" : "inputs"
    let given = (body[field]?.array ?? []).compactMap(\.string)
    guard given.count == body[field]?.array?.count ?? 0, verb.inputCount.contains(given.count),
      given.count <= 100, body[field == "inputs" ? "pictures" : "inputs"] == nil
    else {
      throw ServiceProblem(
        .invalid("request"),
        field == "inputs"
          ? "inputs is a list of ids of models, as many as \(kind) takes"
          : "pictures is a list of one to four addresses or base64 texts")
    }
    let format = body["format"]?.string ?? formats.first
    guard format == formats.first || format.map(formats.contains) ?? false else {
      throw ServiceProblem(
        .invalid("request"), "format is one of \(formats.joined(separator: ", "))")
    }
    guard core.settings.billing == .off || !charged.contains(kind) else {
      throw ServiceProblem(
        .forbidden,
        "where \(kind) is charged it is ordered through a dialect that has a price for it")
    }
    return Order(
      verb: verb, given: given, takesPictures: field == "pictures", format: format,
      settings: try settings(body["params"], verb), webhook: try webhook(body, core))
  }

  @Sendable static func create(_ call: Call) async throws -> Outcome {
    let body = try call.json()
    let order = try checked(body, call.core)
    var pictures: [PictureSource.Picture] = []
    if order.takesPictures {
      for text in order.given {
        pictures.append(try await PictureSource.take(text: text, field: "pictures", call.core))
      }
    }
    let (core, account, shown) = (call.core, call.account, pictures)
    return .write { database in
      let models = try (order.takesPictures ? [] : order.given).map {
        try DXGLModels.find($0, account, database)
      }
      for picture in shown { try picture.record(database) }
      let inputs =
        models.enumerated().map { index, model in
          (
            name: "input-\(index).\(model.blob == nil ? model.format : "glb")",
            blob: model.blob ?? model.original
          )
        }
        + shown.enumerated().map { index, picture in
          let name = shown.count == 1 ? "picture" : ImageTo3D.sides[index]
          return (name: "\(name).\(picture.format)", blob: picture.blob)
        }
      let kind = order.verb.name
      let output = order.format.map { "\(kind).\($0)" }
      let plan = JobPlan(
        inputs: inputs,
        steps: [
          .init(
            verb: kind, inputs: inputs.map(\.name), output: output, settings: order.settings)
        ], keep: output.map { [($0, "output")] } ?? [])
      var job = Job(
        account: account, dialect: dialect, kind: kind, model: models.first?.id,
        request: shown.isEmpty ? body : ["kind": .string(kind), "params": order.settings],
        planText: plan.json.text(), unit: DXGL.unit)
      job.inputs = plan.blobs
      job.webhook = order.webhook
      try JobStore.submit(job, core.ledger, database)
      return JSONText.response(201, wire(job, [], core))
    }
  }

  /// What other dialects have prices for is not had for nothing beside them.
  private static let charged = ["turntable", "dataset", "render", "reconstruct"]

  private static func webhook(_ body: Fields, _ core: ServiceCore) throws -> Job.Webhook? {
    guard let given = body["webhook"] else { return nil }
    let fields = try Fields(given, only: ["url", "mode"])
    let url = try fields.require("url", fields.text("url", length: 1...2048))
    let mode = try fields.choice("mode", of: ["terminal", "sync"])
    return try Job.Webhook.checked(url, isSync: mode == "sync", core)
  }

  private static func settings(_ given: JSONValue?, _ verb: AnyVerb) throws -> JSONValue {
    let settings = given ?? .object([])
    let allowed = options(of: verb)
    for (key, _) in settings.object ?? [] where !allowed.contains(where: { $0.key == key }) {
      throw ServiceProblem(.invalid("settings"), "\(verb.name) takes no \"\(key.prefix(40))\" here")
    }
    do { try verb.check([.json(settings, source: "params")]) } catch let error as SettingsError {
      throw ServiceProblem(.invalid("settings"), error.message)
    } catch let error as any ExplainedError {
      throw ServiceProblem(.invalid("settings"), error.message)
    }
    return settings
  }

  // MARK: Following

  static func wire(_ job: Job, _ outputs: [Job.Output], _ core: ServiceCore) -> JSONValue {
    let base = "\(core.publicURL)/maquette/v1/jobs/\(job.publicID)"
    return [
      "jobId": .string(job.publicID), "kind": .string(job.kind),
      "state": .string(job.state.rawValue), "progress": .integer(job.progress),
      "attempt": .integer(job.attempt),
      "error": job.failure.map {
        [
          "code": .string($0.code), "message": .string($0.message),
          "fault": .string($0.kind.rawValue),
        ]
      } ?? .null,
      "result": job.result[job.kind] ?? .null,
      "outputs": .array(
        outputs.map { output in
          [
            "name": .string(output.name), "mediaType": .string(output.mediaType),
            "bytes": .integer(output.bytes), "sha256": .string(output.blob),
            "url": .string("\(base)/outputs/\(output.name)"),
          ]
        }),
      "createdAt": .string(Clock.text(job.created)),
      "finishedAt": job.finished.map { .string(Clock.text($0)) } ?? .null,
    ]
  }

  static func find(_ call: Call) throws -> (Job, [Job.Output]) {
    let id = call.parameter("id")
    return try call.core.store.read { database in
      guard
        let job = try JobStore.find(dialect: dialect, publicID: id, account: call.account, database)
      else { throw ServiceProblem(.notFound("job"), "there is no job \(id.prefix(40))") }
      return (job, try JobStore.outputs(of: job.id, database))
    }
  }

  /// With `wait`, answers when something has changed or the seconds are over.
  @Sendable static func get(_ call: Call) async throws -> Outcome {
    let wait = try call.number("wait", in: 0...longestWait, default: 0)
    let deadline = ContinuousClock.now + .seconds(wait)
    let (first, outputs) = try find(call)
    var (job, files) = (first, outputs)
    while !call.core.isStopping.isSet, !job.state.isTerminal, job.state == first.state,
      job.progress == first.progress,
      ContinuousClock.now < deadline
    {
      try await Task.sleep(for: .milliseconds(100))
      (job, files) = try find(call)
    }
    return .answer(JSONText.response(200, wire(job, files, call.core)))
  }

  @Sendable static func list(_ call: Call) async throws -> Outcome {
    let (limit, offset) = try call.page()
    let (values, total) = try call.core.store.read { database in
      let (jobs, total) = try JobStore.list(
        account: call.account, dialect: dialect, limit: limit, offset: offset, database)
      let values = try jobs.map { job in
        wire(job, try JobStore.outputs(of: job.id, database), call.core)
      }
      return (values, total)
    }
    return .answer(
      JSONText.response(200, ["jobs": .array(values), "total": .integer(total)]))
  }

  @Sendable static func cancel(_ call: Call) async throws -> Outcome {
    let (job, _) = try find(call)
    return .write { database in
      guard try JobStore.cancel(job, database) else {
        throw ServiceProblem(.notReady, "the job has ended already")
      }
      return Response(status: 204)
    }
  }

  @Sendable static func output(_ call: Call) async throws -> Outcome {
    let (job, outputs) = try find(call)
    guard let output = outputs.first(where: { $0.name == call.parameter("name") }) else {
      throw job.state.isTerminal
        ? ServiceProblem(.notFound("output"), "the job has no such output")
        : ServiceProblem(.notReady, "the job is \(job.state.rawValue)")
    }
    return .answer(try await call.core.answer(output, isPublic: false, to: call))
  }

  /// Server-sent events: `progress` whenever something changes, `done` at the end.
  @Sendable static func events(_ call: Call) async throws -> Outcome {
    _ = try find(call)
    let stream = ResponseStream()
    Task {
      var (last, quiet) = ("", ContinuousClock.now)
      while !stream.isFinished && !call.core.isStopping.isSet {
        guard let (job, outputs) = try? find(call) else { break }
        let text = wire(job, outputs, call.core).text()
        if text != last {
          (last, quiet) = (text, .now)
          stream.send("event: \(job.state.isTerminal ? "done" : "progress")\ndata: \(text)\n\n")
        } else if ContinuousClock.now - quiet > .seconds(15) {
          quiet = .now
          stream.send(": still here\n\n")
        }
        if job.state.isTerminal { break }
        try? await Task.sleep(for: .milliseconds(250))
      }
      stream.finish()
    }
    return .answer(
      Response(
        status: 200,
        headers: [
          ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"),
          ("X-Accel-Buffering", "no"),
        ], content: .stream(stream)))
  }
}
