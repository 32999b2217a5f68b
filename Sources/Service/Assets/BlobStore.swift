import Archives
import Foundation
import Glibc

/// Files by the SHA-256 of what they hold: written elsewhere, synced, then given their name; never changed. What is
/// stored twice is there once. Visible only through a row that an account owns.
struct BlobStore: Sendable {
  enum Problem: Error { case cannotStore(String) }

  let folder: String

  init(folder: String) throws {
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  func path(_ sha256: String) -> String { "\(folder)/\(sha256.prefix(2))/\(sha256)" }

  /// Takes a file in, which must not be written to afterwards: it is there under both names. Gives its
  /// SHA-256 and size.
  func adopt(_ path: String) throws -> (sha256: String, bytes: Int) {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Problem.cannotStore(path) }
    defer { close(file) }
    var facts = stat()
    guard unsafe fstat(file, &facts) == 0, let sha256 = Digest.sha256(ofFile: path),
      fsync(file) == 0
    else { throw Problem.cannotStore(path) }
    let target = self.path(sha256)
    try FileManager.default.createDirectory(
      atPath: "\(folder)/\(sha256.prefix(2))", withIntermediateDirectories: true)
    if unsafe link(path, target) != 0 {
      // It is there already; from now on it is as young as this, and so not swept.
      guard errno == EEXIST, unsafe utimensat(AT_FDCWD, target, nil, 0) == 0 else {
        throw Problem.cannotStore(path)
      }
    }
    // The name is on the disk only once its folder is.
    let parent = unsafe open("\(folder)/\(sha256.prefix(2))", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if parent >= 0 {
      fsync(parent)
      close(parent)
    }
    return (sha256, Int(facts.st_size))
  }

  /// Makes the row that keeps a blob from being swept.
  static func record(_ sha256: String, bytes: Int, _ database: Connection) throws {
    try database.run(
      """
      INSERT INTO blob (sha256, bytes, created) VALUES (?, ?, ?)
      ON CONFLICT (sha256) DO UPDATE SET created = excluded.created
      """, [.text(sha256), .integer(bytes), .integer(Clock.now())])
  }

  /// Removes files that no row names any more and that are older than an hour.
  func sweep(_ store: Store) throws {
    let hour = 3_600_000
    let unused = try store.read { database in
      try database.rows(
        "SELECT sha256 FROM blob b WHERE created < ? AND \(Self.isUnused)",
        [.integer(Clock.now() - hour)]
      ) { $0.text(0) }
    }
    for sha256 in unused {
      // Looked at again where nobody else writes; an upload makes its row anew.
      let isGone = try store.writeNow { database in
        try database.run(
          "DELETE FROM blob AS b WHERE sha256 = ? AND created < ? AND \(Self.isUnused)",
          [.text(sha256), .integer(Clock.now() - hour)]) > 0
      }
      let facts = try? FileManager.default.attributesOfItem(atPath: path(sha256))
      guard isGone, let written = facts?[.modificationDate] as? Date,
        -written.timeIntervalSinceNow > Double(hour) / 1000
      else { continue }
      try? FileManager.default.removeItem(atPath: path(sha256))
    }
  }

  /// Removes files older than an hour that never got a row: what they were sent for was refused.
  func sweepFiles(_ store: Store) throws {
    for prefix in try FileManager.default.contentsOfDirectory(atPath: folder) {
      let names = try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + prefix)
      for name in names ?? [] {
        let path = "\(folder)/\(prefix)/\(name)"
        @Sendable func isOld() -> Bool {
          let facts = try? FileManager.default.attributesOfItem(atPath: path)
          return (facts?[.modificationDate] as? Date).map { -$0.timeIntervalSinceNow > 3600 }
            ?? false
        }
        guard isOld(), try !store.read({ try Self.isKnown(name, $0) }) else { continue }
        // Looked at again where nobody else writes.
        try store.writeNow { database in
          if try !Self.isKnown(name, database), isOld() {
            try? FileManager.default.removeItem(atPath: path)
          }
        }
      }
    }
  }

  private static func isKnown(_ sha256: String, _ database: Connection) throws -> Bool {
    try database.first("SELECT 1 FROM blob WHERE sha256 = ?", [.text(sha256)]) { _ in true }
      ?? false
  }

  private static let isUnused = """
    NOT EXISTS (SELECT 1 FROM model WHERE original = b.sha256)
    AND NOT EXISTS (SELECT 1 FROM model WHERE blob = b.sha256)
    AND NOT EXISTS (SELECT 1 FROM overlay WHERE blob = b.sha256)
    AND NOT EXISTS (SELECT 1 FROM output WHERE blob = b.sha256)
    AND NOT EXISTS (SELECT 1 FROM job_input WHERE blob = b.sha256)
    """
}
