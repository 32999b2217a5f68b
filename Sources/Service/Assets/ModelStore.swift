import Settings

/// Models that accounts own.
enum ModelStore {
  struct Model: Sendable {
    let id, account, original, format: String
    /// The GLB, where it is one or was made.
    let blob: String?
    var title, sku: String
    var tags: [String]
    let stats: JSONValue
    let created: Int
  }

  private static let columns =
    "id, account, original, format, blob, title, sku, tags, stats, created"

  private static func model(_ row: Row) throws -> Model {
    let tags = try KnownJSON.value(row.text(7)).array ?? []
    return Model(
      id: row.text(0), account: row.text(1), original: row.text(2), format: row.text(3),
      blob: row.optionalText(4), title: row.text(5), sku: row.text(6),
      tags: tags.compactMap(\.string), stats: try KnownJSON.value(row.text(8)),
      created: row.int(9))
  }

  static func find(_ id: String, account: String, _ database: Connection) throws -> Model? {
    try database.first(
      "SELECT \(columns) FROM model WHERE id = ? AND account = ? \(database.engine.rowLock)",
      [.text(id), .text(account)], model)
  }

  /// Models, the newest first; with tags those that have any of them.
  static func list(
    account: String, tags: [String], limit: Int, offset: Int, _ database: Connection
  ) throws -> (models: [Model], total: Int) {
    var filter = "account = ?"
    var values: [SQLValue] = [.text(account)]
    if !tags.isEmpty {
      let places = tags.map { _ in "?" }.joined(separator: ",")
      filter += " AND id IN (SELECT model FROM model_tag WHERE tag IN (\(places)))"
      values += tags.map { .text($0) }
    }
    let total = try database.first("SELECT COUNT(*) FROM model WHERE \(filter)", values) {
      $0.int(0)
    }
    let models = try database.rows(
      "SELECT \(columns) FROM model WHERE \(filter) ORDER BY created DESC, rowid DESC LIMIT ? OFFSET ?",
      values + [.integer(limit), .integer(offset)], model)
    return (models, total ?? 0)
  }

  /// The model of these bytes, made where the account does not have it.
  static func add(
    account: String, sha256: String, bytes: Int, format: String, title: String,
    _ database: Connection
  ) throws -> (model: Model, isNew: Bool) {
    let known = try database.first(
      "SELECT \(columns) FROM model WHERE account = ? AND original = ? \(database.engine.rowLock)",
      [.text(account), .text(sha256)], model)
    try BlobStore.record(sha256, bytes: bytes, database)
    if let known { return (known, false) }
    let made = Model(
      id: Identifier.short(), account: account, original: sha256, format: format,
      blob: format == "glb" ? sha256 : nil, title: title, sku: "", tags: [], stats: .null,
      created: Clock.now())
    try database.run(
      """
      INSERT INTO model (id, account, original, format, blob, title, created)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(made.id), .text(account), .text(sha256), .text(format), SQLValue(made.blob),
        .text(title), .integer(made.created),
      ])
    return (made, true)
  }

  static func update(_ model: Model, _ database: Connection) throws {
    try database.run(
      "UPDATE model SET title = ?, sku = ?, tags = ? WHERE id = ?",
      [
        .text(model.title), .text(model.sku),
        .text(JSONValue.array(model.tags.map { .string($0) }).text()), .text(model.id),
      ])
    try database.run("DELETE FROM model_tag WHERE model = ?", [.text(model.id)])
    for tag in model.tags {
      try database.run(
        "INSERT INTO model_tag (model, tag) VALUES (?, ?)", [.text(model.id), .text(tag)])
    }
  }

  /// Takes a model away and cancels what waits for it; what is finished stays.
  static func delete(_ model: Model, _ database: Connection) throws {
    try database.run("DELETE FROM model_tag WHERE model = ?", [.text(model.id)])
    try database.run("DELETE FROM model WHERE id = ?", [.text(model.id)])
    for job in try JobStore.queued(of: model.id, database) {
      _ = try JobStore.cancel(job, database)
    }
  }

  /// What a job found out about its model: the GLB it made of it, and its numbers.
  static func learn(
    from job: Job, outputs: [Job.Output], result: JSONValue, _ database: Connection
  ) throws {
    guard let model = job.model else { return }
    if let glb = outputs.first(where: { $0.role == "model_glb" }) {
      try database.run(
        "UPDATE model SET blob = ? WHERE id = ? AND blob IS NULL", [.text(glb.blob), .text(model)])
    }
    if let stats = result["inspect"] {
      try database.run(
        "UPDATE model SET stats = ? WHERE id = ?", [.text(stats.text()), .text(model)])
    }
  }
}
