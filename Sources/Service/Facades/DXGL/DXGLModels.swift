import Foundation
import HTTP
import Settings

/// Models: uploaded or fetched, listed, tagged.
enum DXGLModels {
  private static let fields = ["file", "renderSettings"]

  @Sendable static func upload(_ call: Call) async throws -> Outcome {
    guard case .form(let form) = call.request.body else {
      throw ServiceProblem(.invalid("request"), "the body is no multipart form with a file")
    }
    guard let file = form.files.first(where: { $0.field == "file" }), form.files.count == 1 else {
      throw ServiceProblem(.invalid("request"), "the form needs one file in the field \"file\"")
    }
    guard file.bytes <= call.core.settings.uploadBytes else {
      throw tooLarge(call.core.settings.uploadBytes)
    }
    for (name, _) in form.fields where !fields.contains(name) {
      throw ServiceProblem(
        .invalid("request"), "the form has a field \"\(name.prefix(40))\" too many")
    }
    let settings = try form.value("renderSettings").map { text in
      try DXGLRenderSettings(settingsObject(text))
    }
    let title = (file.name as NSString).lastPathComponent
    return try await take(
      file.path, title: (title as NSString).deletingPathExtension, settings, call)
  }

  private static func settingsObject(_ text: String) throws -> JSONValue {
    do { return try JSONText.parse(Array(text.utf8)) } catch let error as JSONError {
      throw ServiceProblem(.invalid("settings"), "renderSettings is no JSON: \(error.reason)")
    }
  }

  @Sendable static func ingest(_ call: Call) async throws -> Outcome {
    let body = try call.fields(["url", "renderSettings"])
    let url = try body.require("url", body.text("url", length: 1...4096))
    let settings = try body["renderSettings"].map { try DXGLRenderSettings($0) }
    let path = call.core.scratch + "/ingest-" + Identifier.short()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await Download.take(url, to: path, limit: call.core.settings.uploadBytes, call.core)
    let name = URL(string: url)?.lastPathComponent ?? ""
    return try await take(path, title: (name as NSString).deletingPathExtension, settings, call)
  }

  static func tooLarge(_ limit: Int) -> ServiceProblem {
    ServiceProblem(.fileTooLarge, "the file is larger than \(limit) bytes")
  }

  /// Stores the file; the model and its jobs follow in one transaction.
  private static func take(
    _ path: String, title: String, _ settings: DXGLRenderSettings?, _ call: Call
  ) async throws -> Outcome {
    guard let format = Sniffed.model(path) else {
      throw ServiceProblem(
        .invalidFormat, "the file is none of GLB, glTF, or a ZIP with OBJ, MTL and pictures")
    }
    let (sha256, bytes) = try await call.core.blobs.adopt(path)
    KillPoint.pass("after-upload")
    let core = call.core
    let account = call.account
    return .write { database in
      let (model, isNew) = try ModelStore.add(
        account: account, sha256: sha256, bytes: bytes, format: format,
        title: String(title.prefix(200)), database)
      // A model that is known has its preview; who asks for nothing else gets a new one all the same.
      var jobs: [Job] = []
      if isNew || settings == nil || model.blob == nil {
        jobs.append(DXGLRenders.preview(of: model))
      }
      if let settings {
        jobs.append(try DXGLRenders.job(settings, model, batch: nil, core.prices, database))
      }
      for job in jobs { try JobStore.submit(job, core.ledger, database) }
      var members: [(key: String, value: JSONValue)] = [
        ("modelId", .string(model.id)), ("renderId", .string(jobs.last?.publicID ?? "")),
      ]
      if !isNew { members.append(("duplicate", true)) }
      return DXGLWire.data(.object(members), status: 201)
    }
  }

  // MARK: Looking and changing

  static func find(_ call: Call, _ database: Connection) throws -> ModelStore.Model {
    try find(call.parameter("id"), call.account, database)
  }

  static func find(
    _ id: String, _ account: String, _ database: Connection
  ) throws -> ModelStore.Model {
    guard let model = try ModelStore.find(id, account: account, database) else {
      throw ServiceProblem(.notFound("model"), "there is no model \(id.prefix(40))")
    }
    return model
  }

  /// The page of models that a query asks for.
  static func found(_ call: Call) throws -> (
    models: [ModelStore.Model], total: Int, offset: Int, limit: Int
  ) {
    let (limit, offset) = try call.page()
    let tags = (call.request.head.query("tags") ?? "").split(separator: ",").map { tag in
      tag.trimmingCharacters(in: .whitespaces).lowercased()
    }.filter { !$0.isEmpty }
    guard tags.count <= 100 else {
      throw ServiceProblem(.invalid("tags"), "at most 100 tags are looked for at once")
    }
    let (models, total) = try call.core.store.read {
      try ModelStore.list(account: call.account, tags: tags, limit: limit, offset: offset, $0)
    }
    return (models, total, offset, limit)
  }

  @Sendable static func list(_ call: Call) async throws -> Outcome {
    let (models, total, offset, limit) = try found(call)
    return .answer(
      DXGLWire.list(models.map(DXGLWire.model), total: total, offset: offset, limit: limit))
  }

  @Sendable static func get(_ call: Call) async throws -> Outcome {
    let value = try call.core.store.read { database -> JSONValue in
      let model = try find(call, database)
      let renders = try JobStore.of(model: model.id, dialect: DXGL.dialect, database).map { job in
        DXGLWire.render(job, try JobStore.outputs(of: job.id, database), call.core)
      }
      return .object((DXGLWire.model(model).object ?? []) + [("renders", .array(renders))])
    }
    return .answer(DXGLWire.data(value))
  }

  @Sendable static func update(_ call: Call) async throws -> Outcome {
    let body = try call.fields(["title", "sku", "tags"])
    let (title, sku) = (try body.text("title"), try body.text("sku"))
    let tags = try body["tags"].map(Self.tags)
    return .write { database in
      var model = try find(call, database)
      if let title { model.title = title }
      if let sku { model.sku = sku }
      if let tags { model.tags = tags }
      try ModelStore.update(model, database)
      return DXGLWire.data(DXGLWire.model(model))
    }
  }

  /// Trimmed, in lower case, each once.
  private static func tags(_ value: JSONValue) throws -> [String] {
    guard let list = value.array, list.allSatisfy({ $0.string != nil }) else {
      throw ServiceProblem(.invalid("tags"), "tags is a list of texts")
    }
    var tags: [String] = []
    for text in list.compactMap(\.string) {
      let tag = text.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
      guard tag.count <= 64 else {
        throw ServiceProblem(.invalid("tags"), "a tag has at most 64 characters")
      }
      if !tag.isEmpty && !tags.contains(tag) { tags.append(tag) }
    }
    guard tags.count <= 20 else {
      throw ServiceProblem(.invalid("tags"), "a model has at most 20 tags")
    }
    return tags
  }

  @Sendable static func delete(_ call: Call) async throws -> Outcome {
    .write { database in
      try ModelStore.delete(try find(call, database), database)
      return Response(status: 204)
    }
  }

  @Sendable static func file(_ call: Call) async throws -> Outcome {
    let (model, bytes) = try call.core.store.read { database in
      let model = try find(call, database)
      let bytes = try model.blob.flatMap { blob in
        try BlobStore.bytes(of: blob, database)
      }
      return (model, bytes)
    }
    guard let blob = model.blob, let bytes else {
      let jobs = try call.core.store.read {
        try JobStore.of(model: model.id, dialect: DXGL.dialect, $0)
      }
      let preview = jobs.last { $0.kind == "preview" }
      let why = preview?.failure.map { "the model could not be converted: \($0.message)" }
      throw ServiceProblem(
        why == nil ? .notReady : .invalidFormat, why ?? "the model is still being converted")
    }
    let output = Job.Output(
      role: "model_glb", blob: blob, name: "\(model.id).glb", mediaType: "model/gltf-binary",
      bytes: bytes)
    return .answer(try await call.core.answer(output, isPublic: false, to: call))
  }
}
