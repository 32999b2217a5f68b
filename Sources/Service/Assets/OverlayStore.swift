/// Pictures that accounts lay behind their models.
enum OverlayStore {
  struct Overlay: Sendable {
    let id, blob, format, layer, name: String
    let width, height: Int
    let created: Int
  }

  private static let columns = "id, blob, format, layer, name, width, height, created"

  private static func overlay(_ row: Row) -> Overlay {
    Overlay(
      id: row.text(0), blob: row.text(1), format: row.text(2), layer: row.text(3),
      name: row.text(4), width: row.int(5), height: row.int(6), created: row.int(7))
  }

  static func find(_ id: String, account: String, _ database: Connection) throws -> Overlay? {
    try database.first(
      "SELECT \(columns) FROM overlay WHERE id = ? AND account = ? AND deleted IS NULL",
      [.text(id), .text(account)], overlay)
  }

  static func list(
    account: String, limit: Int, offset: Int, _ database: Connection
  ) throws -> (overlays: [Overlay], total: Int) {
    let filter = "account = ? AND deleted IS NULL"
    let total = try database.first(
      "SELECT COUNT(*) FROM overlay WHERE \(filter)", [.text(account)]
    ) { $0.int(0) }
    let overlays = try database.rows(
      "SELECT \(columns) FROM overlay WHERE \(filter) ORDER BY created DESC, rowid DESC LIMIT ? OFFSET ?",
      [.text(account), .integer(limit), .integer(offset)], overlay)
    return (overlays, total ?? 0)
  }

  static func add(
    _ overlay: Overlay, bytes: Int, account: String, _ database: Connection
  ) throws {
    try BlobStore.record(overlay.blob, bytes: bytes, database)
    try database.run(
      """
      INSERT INTO overlay (id, account, blob, format, layer, name, width, height, created)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(overlay.id), .text(account), .text(overlay.blob), .text(overlay.format),
        .text(overlay.layer), .text(overlay.name), .integer(overlay.width),
        .integer(overlay.height), .integer(overlay.created),
      ])
  }

  static func delete(_ id: String, _ database: Connection) throws {
    try database.run("DELETE FROM overlay WHERE id = ?", [.text(id)])
  }
}
