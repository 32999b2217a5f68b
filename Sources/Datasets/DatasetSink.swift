import Archives
import Foundation
import Glibc
import Work

/// Where the files of a set go. Whole or not at all: dropped before `finish`, it leaves nothing.
protocol DatasetSink: AnyObject {
  func add(_ name: String, _ bytes: [UInt8]) throws
  /// Puts the set in its place; nothing is added afterwards.
  func finish() throws
}

func makeDatasetSink(_ target: DatasetTarget) throws -> any DatasetSink {
  switch target {
  case .zip(let path): try ZipSink(path: path)
  case .folder(let path): try FolderSink(path: path)
  }
}

private final class ZipSink: DatasetSink {
  private var zip: ZipWriter?
  private var file: StagedFile?

  init(path: String) throws {
    let file = try StagedFile(path: path)
    zip = try ZipWriter(path: file.temporaryPath, shownAs: path)
    self.file = consume file
  }

  func add(_ name: String, _ bytes: [UInt8]) throws { try zip?.add(name, bytes) }

  func finish() throws {
    try zip.take()?.finish()
    try file.take()?.commit()
  }
}

/// A folder, filled beside its name under one of its own and renamed.
private final class FolderSink: DatasetSink {
  private let path: String
  private let staging: String
  private var isFinished = false

  init(path: String) throws {
    let url = URL(fileURLWithPath: path)
    self.path = path
    let name = ".\(url.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier).partial"
    staging = url.deletingLastPathComponent().appendingPathComponent(name).path
    do {
      try FileManager.default.createDirectory(
        atPath: staging, withIntermediateDirectories: true)
    } catch {
      throw OutputError("cannot-create-folder", (error as NSError).localizedDescription, path)
    }
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
      throw OutputError(
        "cannot-write", (error as NSError).localizedDescription, path + "/" + name)
    }
  }

  func finish() throws {
    // Takes the place of nothing or of an empty folder, and fails on anything else.
    guard unsafe rename(staging, path) == 0 else {
      throw OutputError("cannot-rename", unsafe String(cString: strerror(errno)), path)
    }
    isFinished = true
  }
}
