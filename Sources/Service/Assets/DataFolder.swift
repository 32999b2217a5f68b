import Foundation
import Work

/// Where the service keeps what it has.
struct DataFolder: Sendable {
  let root: String

  /// Names the database where no option does, so that its password is in no list of processes.
  static let databaseVariable = "MAQUETTE_DATABASE"

  /// The database: SQLite's in this folder, or PostgreSQL's at this address.
  func open(_ database: String?, writers: Int = 4) throws -> Store {
    let variable = ProcessInfo.processInfo.environment[Self.databaseVariable] ?? ""
    let named = database ?? (variable.isEmpty ? nil : variable)
    let place = named.map { DatabasePlace.postgreSQL($0) } ?? .file(root + "/maquette.db")
    do { return try Store(place, writers: writers) } catch let error as StoreError {
      throw ServiceError(
        .unreadableInput, "database", "the database cannot be opened: \(error.message)")
    }
  }

  /// Files by their hash: in this folder, or in a bucket with what was used lately here.
  func blobStore(_ assets: String?, endpoint: String?) throws -> BlobStore {
    guard let assets else { return BlobStore(try FolderStorage(folder: root + "/blobs")) }
    return BlobStore(
      try S3Storage(
        assets, endpoint: endpoint, near: root + "/near",
        environment: ProcessInfo.processInfo.environment))
  }

  /// Of jobs that run; lost with the process.
  var work: String { root + "/work" }
  /// Of uploads in parts.
  var parts: String { root + "/parts" }
  func part(_ id: String) -> String { parts + "/" + id }
  /// Of requests that are being answered; lost with the process.
  var uploads: String { root + "/uploads" }

  /// A folder for the uploads of this process; those of processes that are gone are taken away.
  func freshUploads() throws -> String {
    for name in try FileManager.default.contentsOfDirectory(atPath: uploads) {
      let fate = LeaseOwner.fate(name)
      guard fate == .gone || fate != .alive && isForgotten(uploads + "/" + name) else { continue }
      try? FileManager.default.removeItem(atPath: uploads + "/" + name)
    }
    let folder = uploads + "/" + LeaseOwner.here()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }

  /// Says that a process still has its folder.
  func touch(_ uploads: String) {
    try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: uploads)
  }

  /// Of another machine, or of a start long ago: that it is gone is told by its age alone.
  private func isForgotten(_ path: String) -> Bool {
    let facts = try? FileManager.default.attributesOfItem(atPath: path)
    let changed = (facts?[.modificationDate] as? Date) ?? Date()
    return -changed.timeIntervalSinceNow > 7 * 86_400
  }

  /// The folders of jobs, of those that run and of those whose worker was killed.
  var workFolders: Set<String> {
    Set((try? FileManager.default.contentsOfDirectory(atPath: work)) ?? [])
  }

  func removeWork(_ names: Set<String>) {
    for name in names { try? FileManager.default.removeItem(atPath: work + "/" + name) }
  }

  /// Makes the folder where it is not there, for nobody else to read.
  init(_ root: String) throws {
    let path = URL(fileURLWithPath: root).standardizedFileURL.path
    self.root = path
    for folder in [path] + ["blobs", "work", "uploads", "parts"].map({ path + "/" + $0 }) {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    }
  }
}
