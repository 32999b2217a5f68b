import Foundation
import Glibc
import HTTP
import Settings

/// `/maquette/v1`: models without the renders that DX.GL's dialect queues with them, in one piece or in
/// parts that may break off and go on.
enum NativeModels {
  static let partLimit = 16 << 20
  private static let hours = 24

  static func routes(_ uploadBytes: Int) -> [Route] {
    [
      Route(
        "POST", "/maquette/v1/models", "Uploads a model in any format that is read", scope: "write",
        body: BodyPolicy(limit: uploadBytes + 1 << 20, takesForms: true), run: upload
      ).documented(
        form: JSONSchema.object(
          ["file": JSONSchema.file, "title": JSONSchema.text(0...200)], required: ["file"]),
        status: 201, DXGLSchemas.model),
      Route("GET", "/maquette/v1/models", "Lists models", scope: "read", run: list)
        .documented(
          query: NativeSchemas.page + [("tags", JSONSchema.text)],
          JSONSchema.object(
            ["models": JSONSchema.list(DXGLSchemas.model), "total": JSONSchema.whole],
            required: ["models", "total"])),
      Route("GET", "/maquette/v1/models/{id}", "A model", scope: "read", run: get)
        .documented(DXGLSchemas.model),
      Route("DELETE", "/maquette/v1/models/{id}", "Deletes a model", scope: "write", run: delete)
        .documented(status: 204),
      Route(
        "GET", "/maquette/v1/models/{id}/file", "The model as it was uploaded", scope: "read",
        run: file
      )
      .giving(),
      Route("POST", "/maquette/v1/uploads", "Begins an upload in parts", scope: "write", run: begin)
        .documented(
          json: JSONSchema.object(
            ["bytes": JSONSchema.whole(1, 1 << 40), "title": JSONSchema.text(0...200)],
            required: ["bytes"], isClosed: true), status: 201, state),
      Route("GET", "/maquette/v1/uploads/{id}", "How much of it is there", scope: "read", run: look)
        .documented(state),
      Route(
        "PATCH", "/maquette/v1/uploads/{id}",
        "The next part, from the byte that Upload-Offset says; the last answers with the model",
        scope: "write", body: BodyPolicy(limit: partLimit), run: part
      ).documented(state),
      Route("DELETE", "/maquette/v1/uploads/{id}", "Gives an upload up", scope: "write", run: end)
        .documented(status: 204),
    ]
  }

  private static let state = JSONSchema.object(
    [
      "uploadId": JSONSchema.text, "bytes": JSONSchema.whole, "received": JSONSchema.whole,
      "model": JSONSchema.optional(DXGLSchemas.model),
    ], required: ["uploadId", "bytes", "received"])

  // MARK: In one piece

  @Sendable private static func upload(_ call: Call) async throws -> Outcome {
    guard case .form(let form) = call.request.body, form.files.count == 1,
      form.files[0].field == "file"
    else {
      throw ServiceProblem(.invalid("request"), "the form needs one file in the field \"file\"")
    }
    let title = form.value("title") ?? (form.files[0].name as NSString).lastPathComponent
    let source = try await ModelSource.take(file: form.files[0].path, field: "file", call.core)
    let (core, account) = (call.core, call.account)
    return .write { database in
      let model = try add(source, title, account, core, database)
      return JSONText.response(201, DXGLWire.model(model))
    }
  }

  /// What is no GLB yet gets the free job that makes one, as DX.GL's dialect expects of every model.
  private static func add(
    _ source: ModelSource.Model, _ title: String, _ account: String, _ core: ServiceCore,
    _ database: Connection
  ) throws -> ModelStore.Model {
    let (model, isNew) = try ModelStore.add(
      account: account, sha256: source.blob, bytes: source.bytes, format: source.format,
      title: String(title.prefix(200)), database)
    if isNew && model.blob == nil {
      try JobStore.submit(DXGLRenders.preview(of: model), core.ledger, database)
    }
    return model
  }

  @Sendable private static func list(_ call: Call) async throws -> Outcome {
    let (models, total, _, _) = try DXGLModels.found(call)
    return .answer(
      JSONText.response(
        200, ["models": .array(models.map(DXGLWire.model)), "total": .integer(total)]))
  }

  @Sendable private static func get(_ call: Call) async throws -> Outcome {
    let model = try call.core.store.read { try DXGLModels.find(call, $0) }
    return .answer(JSONText.response(200, DXGLWire.model(model)))
  }

  @Sendable private static func delete(_ call: Call) async throws -> Outcome {
    .write { database in
      try ModelStore.delete(try DXGLModels.find(call, database), database)
      return Response(status: 204)
    }
  }

  @Sendable private static func file(_ call: Call) async throws -> Outcome {
    let output = try call.core.store.read { database -> Job.Output in
      let model = try DXGLModels.find(call, database)
      let bytes = try BlobStore.bytes(of: model.original, database)
      let name = "\(model.id).\(model.format)"
      return Job.Output(
        role: "", blob: model.original, name: name, mediaType: JobPlan.mediaType(name),
        bytes: bytes ?? 0)
    }
    return .answer(try await call.core.answer(output, isPublic: false, to: call))
  }

  // MARK: In parts

  private struct Upload {
    let id: String
    let bytes, received: Int
    let title: String

    func json(_ model: ModelStore.Model? = nil) -> JSONValue {
      [
        "uploadId": .string(id), "bytes": .integer(bytes),
        "received": .integer(model == nil ? received : bytes),
        "model": model.map(DXGLWire.model) ?? .null,
      ]
    }
  }

  private static func find(_ call: Call, _ database: Connection) throws -> Upload {
    let upload = try database.first(
      "SELECT id, bytes, received, title FROM upload WHERE id = ? AND account = ?",
      [.text(call.parameter("id")), .text(call.account)]
    ) { row in
      Upload(id: row.text(0), bytes: row.int(1), received: row.int(2), title: row.text(3))
    }
    guard let upload else {
      throw ServiceProblem(.notFound("upload"), "there is no such upload, or it is over")
    }
    return upload
  }

  @Sendable private static func begin(_ call: Call) async throws -> Outcome {
    let body = try call.fields(["bytes", "title"])
    let bytes = try body.require("bytes", body.whole("bytes", in: 1...(1 << 40)))
    guard bytes <= call.core.settings.uploadBytes else {
      throw DXGLModels.tooLarge(call.core.settings.uploadBytes)
    }
    let title = try body.text("title") ?? ""
    let account = call.account
    return .write { database in
      let upload = Upload(id: Identifier.short(), bytes: bytes, received: 0, title: title)
      try database.run(
        "INSERT INTO upload (id, account, bytes, title, created) VALUES (?, ?, ?, ?, ?)",
        [
          .text(upload.id), .text(account), .integer(bytes), .text(title),
          .integer(Clock.now()),
        ])
      return JSONText.response(201, upload.json())
    }
  }

  @Sendable private static func look(_ call: Call) async throws -> Outcome {
    .answer(JSONText.response(200, try call.core.store.read { try find(call, $0) }.json()))
  }

  /// One part at a time: the file is locked meanwhile, and written before the row says so, so that what broke off in
  /// between is sent again. Once all is there an empty part makes the model, should that have broken off.
  @Sendable private static func part(_ call: Call) async throws -> Outcome {
    var bytes: [UInt8] = []
    if case .bytes(let sent) = call.request.body { bytes = sent }
    guard let offset = call.request.head.headers["upload-offset"].flatMap({ Int($0) }) else {
      throw ServiceProblem(.invalid("request"), "the header Upload-Offset is missing")
    }
    let core = call.core
    let id = try core.store.read { try find(call, $0) }.id
    let file = try PartFile(core.data.part(id))
    defer { file.close() }
    let upload = try core.store.read { try find(call, $0) }
    guard offset == upload.received else {
      throw ServiceProblem(
        .notReady, "\(upload.received) bytes are there, so the next part begins at that")
    }
    let (received, total) = (offset + bytes.count, upload.bytes)
    guard received <= total else {
      throw ServiceProblem(
        .fileTooLarge, "\(received) bytes are more than the \(total) announced")
    }
    guard !bytes.isEmpty || received == total else {
      throw ServiceProblem(.invalid("request"), "the body is empty; it holds the next part")
    }
    try file.write(bytes, at: offset)
    try await core.store.write { database in
      _ = try database.run(
        "UPDATE upload SET received = ?, created = ? WHERE id = ?",
        [.integer(received), .integer(Clock.now()), .text(id)])
    }
    guard received == total else {
      let now = Upload(id: id, bytes: total, received: received, title: upload.title)
      return .answer(JSONText.response(200, now.json()))
    }
    // A copy: what is taken in must not be written to any more.
    let copy = core.scratch + "/upload-" + Identifier.short()
    defer { try? FileManager.default.removeItem(atPath: copy) }
    do { try FileManager.default.copyItem(atPath: core.data.part(id), toPath: copy) } catch {
      throw ServiceProblem(.storage, "the upload cannot be stored")
    }
    let source = try await ModelSource.take(file: copy, field: "file", core)
    let account = call.account
    let answer = try await core.store.write { database in
      // It may have been given up meanwhile.
      guard try database.run("DELETE FROM upload WHERE id = ?", [.text(id)]) > 0 else {
        throw ServiceProblem(.notFound("upload"), "the upload was given up")
      }
      return upload.json(try add(source, upload.title, account, core, database))
    }
    try? FileManager.default.removeItem(atPath: core.data.part(id))
    return .answer(JSONText.response(200, answer))
  }

  @Sendable private static func end(_ call: Call) async throws -> Outcome {
    let upload = try call.core.store.read { try find(call, $0) }
    try await call.core.store.write { database in
      _ = try database.run("DELETE FROM upload WHERE id = ?", [.text(upload.id)])
    }
    try? FileManager.default.removeItem(atPath: call.core.data.part(upload.id))
    return .answer(Response(status: 204))
  }

  /// Ends uploads that nobody went on with for a day, and files of those that are over.
  static func sweep(_ core: ServiceCore) throws {
    // Listed before: what is begun meanwhile is not to be missed.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: core.data.parts)) ?? []
    let known = try core.store.writeNow { database in
      try database.run(
        "DELETE FROM upload WHERE created < ?", [.integer(Clock.now() - hours * 3_600_000)])
      return Set(try database.rows("SELECT id FROM upload") { $0.text(0) })
    }
    for name in names where !known.contains(name) {
      try? FileManager.default.removeItem(atPath: core.data.part(name))
    }
  }
}

/// A file that grows part by part, locked as long as it is open.
final class PartFile {
  private let file: FileHandle

  /// Throws where another request has it, here or in another process.
  init(_ path: String) throws {
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    guard let file = FileHandle(forUpdatingAtPath: path) else { throw Self.broken }
    guard flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
      try? file.close()
      throw ServiceProblem(.notReady, "another part of this upload is being taken")
    }
    self.file = file
  }

  /// What lay behind the offset is of a part that broke off.
  func write(_ bytes: [UInt8], at offset: Int) throws {
    guard let end = try? file.seekToEnd(), end >= UInt64(offset) else {
      throw ServiceProblem(
        .notReady, "the parts before this one are not here: send it to the server where it began")
    }
    do {
      try file.truncate(atOffset: UInt64(offset))
      try file.write(contentsOf: Data(bytes))
      try file.synchronize()
    } catch {
      throw Self.broken
    }
  }

  func close() { try? file.close() }

  private static let broken = ServiceProblem(
    .storage, "the part cannot be stored: the service's disk is full or broken")
}
