import Archives
import Foundation
import Work

/// Where the files of a set go. Whole or not at all: dropped before `finish`, it leaves nothing.
protocol DatasetSink: AnyObject {
  func add(_ name: String, _ bytes: [UInt8]) throws
  /// Puts the set in its place; nothing is added afterwards.
  func finish() throws
}

/// A path ending in `.zip` becomes an archive, one without an extension a folder.
func makeDatasetSink(path: String) throws -> any DatasetSink {
  switch URL(fileURLWithPath: path).pathExtension.lowercased() {
  case "zip": return try ZipSink(path: path)
  case "": return try FolderSink(path: path)
  case let other:
    throw OutputError(
      "unknown-format", "a set is written as .zip or as a folder, not as .\(other)", path)
  }
}

private final class ZipSink: DatasetSink {
  private var zip: ZipWriter?
  private var file: StagedFile?

  init(path: String) throws {
    let file = try StagedFile(path: path)
    zip = try ZipWriter(path: file.temporaryPath)
    self.file = consume file
  }

  func add(_ name: String, _ bytes: [UInt8]) throws { try zip?.add(name, bytes) }

  func finish() throws {
    try zip.take()?.finish()
    try file.take()?.commit()
  }
}

/// A folder, which must not exist yet.
private final class FolderSink: DatasetSink {
  private let path: String
  private let staging: String
  private var isFinished = false

  init(path: String) throws {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw OutputError("exists", "the folder is there already; remove it or give another", path)
    }
    self.path = path
    staging = path + ".partial"
    try? FileManager.default.removeItem(atPath: staging)
  }

  deinit {
    if !isFinished { try? FileManager.default.removeItem(atPath: staging) }
  }

  func add(_ name: String, _ bytes: [UInt8]) throws {
    let url = URL(fileURLWithPath: staging + "/" + name)
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url)
    } catch {
      throw OutputError("cannot-write", (error as NSError).localizedDescription, url.path)
    }
  }

  func finish() throws {
    do {
      try FileManager.default.moveItem(atPath: staging, toPath: path)
    } catch {
      throw OutputError("cannot-rename", (error as NSError).localizedDescription, path)
    }
    isFinished = true
  }
}
