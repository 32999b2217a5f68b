import Foundation
import Glibc

/// Where blobs lie, by the SHA-256 of what they hold.
protocol BlobStorage: Sendable {
  /// Takes a file in, which must not be written to afterwards. What is there already is from now on as young as this.
  func put(_ path: String, as sha256: String) throws
  /// A file of this machine that holds it, to be read and nothing else.
  func file(_ sha256: String) throws -> String
  /// Seconds since it was put there last; nil where it is not.
  func age(_ sha256: String) throws -> Double?
  func remove(_ sha256: String) throws
  /// Everything that is there.
  func all() throws -> [String]
}

/// A folder: files are synced, then given their name.
struct FolderStorage: BlobStorage {
  let folder: String

  init(folder: String) throws {
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  func file(_ sha256: String) throws -> String {
    let path = place(sha256)
    guard FileManager.default.fileExists(atPath: path) else {
      throw BlobStore.Problem.missing(sha256)
    }
    return path
  }

  /// Where a file lies, or would.
  func place(_ sha256: String) -> String { "\(folder)/\(sha256.prefix(2))/\(sha256)" }

  /// The file is there under both names.
  func put(_ path: String, as sha256: String) throws {
    let source = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { throw BlobStore.Problem.cannotStore(path) }
    defer { close(source) }
    let parent = "\(folder)/\(sha256.prefix(2))"
    guard fsync(source) == 0 else { throw BlobStore.Problem.cannotStore(path) }
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    let target = place(sha256)
    if unsafe link(path, target) != 0, errno != EEXIST {
      try copy(path, target)
    } else if unsafe utimensat(AT_FDCWD, target, nil, 0) != 0 {
      throw BlobStore.Problem.cannotStore(path)
    }
    // The name is on the disk only once its folder is.
    let entry = unsafe open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if entry >= 0 {
      fsync(entry)
      close(entry)
    }
  }

  /// Where the two are not on one file system.
  private func copy(_ path: String, _ target: String) throws {
    let beside = target + "." + Identifier.short()
    defer { try? FileManager.default.removeItem(atPath: beside) }
    do {
      try FileManager.default.copyItem(atPath: path, toPath: beside)
    } catch { throw BlobStore.Problem.cannotStore(path) }
    let written = unsafe open(beside, O_RDONLY | O_CLOEXEC)
    defer { close(written) }
    guard written >= 0, fsync(written) == 0, unsafe rename(beside, target) == 0 else {
      throw BlobStore.Problem.cannotStore(path)
    }
  }

  func age(_ sha256: String) -> Double? {
    let facts = try? FileManager.default.attributesOfItem(atPath: place(sha256))
    return (facts?[.modificationDate] as? Date).map { -$0.timeIntervalSinceNow }
  }

  func remove(_ sha256: String) { try? FileManager.default.removeItem(atPath: place(sha256)) }

  func all() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).flatMap { prefix in
      (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + prefix)) ?? []
    }
  }
}
