import Archives
import Dispatch
import Foundation
import Work

/// Files by the SHA-256 of what they hold, never changed. What is stored twice is there once. Visible only through
/// a row that an account owns.
struct BlobStore: Sendable {
  enum Problem: PassingTrouble {
    case cannotStore(String), missing(String)
    /// Where they lie cannot be reached just now, in a sentence.
    case unreachable(String)

    var sentence: String {
      switch self {
      case .cannotStore(let text), .missing(let text), .unreachable(let text): text
      }
    }

    var isPassing: Bool { if case .unreachable = self { true } else { false } }
  }

  private let storage: any BlobStorage
  private static let queue = DispatchQueue(label: "blobs", attributes: .concurrent)

  init(_ storage: any BlobStorage) { self.storage = storage }

  /// Takes a file in, which must not be written to afterwards. Gives its SHA-256 and size.
  func adopt(_ path: String) async throws -> (sha256: String, bytes: Int) {
    try await Self.aside { try adoptNow(path) }
  }

  /// How many bytes a file has; nil where it is not known.
  static func bytes(of sha256: String, _ database: Connection) throws -> Int? {
    try database.first("SELECT bytes FROM blob WHERE sha256 = ?", [.text(sha256)]) { $0.int(0) }
  }

  /// The same for a thread that may wait.
  func adoptNow(_ path: String) throws -> (sha256: String, bytes: Int) {
    guard let bytes = fileBytes(path), let sha256 = Digest.sha256(ofFile: path) else {
      throw Problem.cannotStore(path)
    }
    try storage.put(path, as: sha256)
    return (sha256, bytes)
  }

  /// A file of this machine that holds a blob.
  func file(_ sha256: String) async throws -> String {
    try await Self.aside { try storage.file(sha256) }
  }

  /// The same for a thread that may wait.
  func fileNow(_ sha256: String) throws -> String { try storage.file(sha256) }

  /// Work that takes a while, away from the threads that all requests share.
  private static func aside<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { done in
      queue.async { done.resume(with: Result(catching: work)) }
    }
  }

  /// Makes the row that keeps a blob from being swept.
  static func record(_ sha256: String, bytes: Int, _ database: Connection) throws {
    try database.run(
      """
      INSERT INTO blob (sha256, bytes, created) VALUES (?, ?, ?)
      ON CONFLICT (sha256) DO UPDATE SET created = excluded.created
      """, [.text(sha256), .integer(bytes), .integer(Clock.now())])
  }

  // MARK: Sweeping

  private static let hour = 3_600_000

  /// Removes files that no row names any more and that are older than an hour.
  func sweep(_ store: Store) throws {
    let unused = try store.read { database in
      try database.rows(
        "SELECT sha256 FROM blob b WHERE created < ? AND \(Self.isUnused)",
        [.integer(Clock.now() - Self.hour)]
      ) { $0.text(0) }
    }
    for sha256 in unused {
      // An upload meanwhile makes its row anew, and the file young.
      let isGone = try store.writeNow { database in
        try database.run(
          "DELETE FROM blob AS b WHERE sha256 = ? AND created < ? AND \(Self.isUnused)",
          [.text(sha256), .integer(Clock.now() - Self.hour)]) > 0
      }
      if isGone, try isOld(sha256) { try storage.remove(sha256) }
    }
  }

  /// Removes files older than an hour that never got a row: what they were sent for was refused.
  func sweepFiles(_ store: Store) throws {
    for sha256 in try storage.all() {
      guard try !store.read({ try Self.isKnown(sha256, $0) }), try isOld(sha256) else { continue }
      // Looked at again, at the last moment: who puts the same there now has made it young.
      if try !store.read({ try Self.isKnown(sha256, $0) }), try isOld(sha256) {
        try storage.remove(sha256)
      }
    }
  }

  private func isOld(_ sha256: String) throws -> Bool {
    try (storage.age(sha256) ?? 0) * 1000 > Double(Self.hour)
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
