import Archives
import Foundation
import Glibc
import Work

/// Where the files of a set go until it is whole, and then. What a killed run has left is taken up again.
protocol FileStore: AnyObject {
  /// Keeps what is there of these views, each given by the names of its files in order of writing, and tells which
  /// of them are whole.
  func resume(_ views: [[String]]) throws -> Set<Int>
  func add(_ file: SetFile) throws
  /// Puts the set in its place; nothing is added afterwards.
  func finish() throws
  /// Gives up: leaves nothing, or, where the run is to be taken up again, what is whole.
  func abandon(keeping: Bool)
}

extension DatasetTarget {
  /// - Parameter viewsInShard: how many views each tar in a folder holds; nil for a folder of files.
  func makeStore(
    identity: String, continuing: Bool, viewsInShard: Int?
  ) throws -> any FileStore {
    let partial = partialPath(identity: identity)
    switch container {
    case .zip:
      return try ArchiveStore(partial: partial, path: path, format: .zip, continuing: continuing)
    case .tar:
      return try ArchiveStore(partial: partial, path: path, format: .tar, continuing: continuing)
    case .hdf5:
      return try ArchiveStore(partial: partial, path: path, format: .zip, continuing: continuing)
    case .folder:
      let folder = try FolderStore(
        partial: isShared ? nil : partial, path: path, continuing: continuing)
      return viewsInShard.map { TarShards(folder, viewsInShard: $0) } ?? folder
    }
  }
}

/// One archive, filled beside its name and renamed.
final class ArchiveStore: FileStore {
  let archive: StoredArchive
  private let partial: String
  private let path: String

  init(
    partial: String, path: String, format: StoredArchive.Format, continuing: Bool
  ) throws {
    // Makes the folder, and finds out whether it can be written.
    _ = try StagedFile(path: path)
    (self.partial, self.path) = (partial, path)
    archive = try StoredArchive(
      path: partial, format: format, shownAs: path, continuing: continuing)
  }

  func resume(_ views: [[String]]) throws -> Set<Int> {
    let names = archive.entries.map(\.name)
    var whole = 0
    var count = 0
    for view in views {
      guard names[count...].starts(with: view) else { break }
      whole += 1
      count += view.count
    }
    try archive.keep(count)
    return Set(0..<whole)
  }

  func add(_ file: SetFile) throws { try archive.add(file.name, file.bytes) }

  func finish() throws {
    try archive.finish()
    try put(partial, at: path)
  }

  func abandon(keeping: Bool) {
    if !keeping { try? FileManager.default.removeItem(atPath: partial) }
  }
}

/// A folder, filled beside its name under one of its own and renamed; or, where runs share it, in its place.
final class FolderStore: FileStore {
  private let path: String
  private let partial: String?
  /// Where files are written.
  let place: String
  private var made: Set<String> = []

  init(partial: String?, path: String, continuing: Bool) throws {
    (self.path, self.partial, place) = (path, partial, partial ?? path)
    if let partial, !continuing { try? FileManager.default.removeItem(atPath: partial) }
    try makeFolder(place)
  }

  func resume(_ views: [[String]]) throws -> Set<Int> {
    let manager = FileManager.default
    return Set(
      views.indices.filter { index in
        views[index].allSatisfy { manager.fileExists(atPath: place + "/" + $0) }
      })
  }

  /// A file is there only when it is whole.
  func add(_ file: SetFile) throws {
    let name = place + "/" + file.name
    try makeFolder(URL(fileURLWithPath: name).deletingLastPathComponent().path)
    // Several runs may write the same file.
    let part = "\(name).\(getpid()).partial"
    do {
      try Data(file.bytes).write(to: URL(fileURLWithPath: part))
    } catch {
      try? FileManager.default.removeItem(atPath: part)
      throw OutputError(
        "cannot-write", (error as NSError).localizedDescription, path + "/" + file.name)
    }
    try put(part, at: name)
  }

  func finish() throws {
    // Takes the place of nothing or of an empty folder, and fails on anything else.
    if let partial { try put(partial, at: path) }
  }

  func abandon(keeping: Bool) {
    guard !keeping, let partial else { return }
    try? FileManager.default.removeItem(atPath: partial)
  }

  private func makeFolder(_ path: String) throws {
    guard made.insert(path).inserted else { return }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw OutputError("cannot-create-folder", (error as NSError).localizedDescription, path)
    }
  }
}

/// Renames.
func put(_ partial: String, at path: String) throws {
  guard unsafe rename(partial, path) == 0 else {
    throw OutputError("cannot-rename", unsafe String(cString: strerror(errno)), path)
  }
}
