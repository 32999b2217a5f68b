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
  /// Whether files are there that other runs may have written.
  func has(_ names: [String]) -> Bool
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
      let isShared = part != nil
      let folder = try FolderStore(
        partial: isShared ? nil : partial, path: path, part: part ?? "new",
        marker: isShared ? partial : nil, continuing: continuing)
      return viewsInShard.map { TarShards(folder, viewsInShard: $0) } ?? folder
    }
  }
}

extension FileStore {
  /// Nobody else writes most stores.
  func has(_ names: [String]) -> Bool { true }
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
@safe final class FolderStore: FileStore {
  private let path: String
  private let partial: String?
  /// Where files are written.
  let place: String
  /// What files that are being written are called after: runs that share a folder do not meet, and one that
  /// is made again writes over what it left.
  private let part: String
  private let marker: String?
  private var lock: Int32 = -1
  private var made: Set<String> = []

  /// - Parameters:
  ///   - partial: the folder that is filled and renamed; nil where runs share the one at `path`.
  ///   - marker: a file that tells what set the parts of a shared folder become, until it is whole.
  init(
    partial: String?, path: String, part: String, marker: String?, continuing: Bool
  ) throws {
    (self.path, self.partial, place, self.part) = (path, partial, partial ?? path, part)
    self.marker = marker
    if let marker {
      let held = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      guard held.isEmpty || FileManager.default.fileExists(atPath: marker) else {
        throw OutputError(
          "not-empty",
          "something else is there already; parts of one set want a folder of their own",
          path)
      }
      try makeFolder(place)
      try StagedFile.writeNow([], to: marker, shownAs: path)
      return
    }
    try makeFolder(place)
    lock = unsafe open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      throw OutputError("busy", "another run is writing it; wait for that", path)
    }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    where !continuing {
      try FileManager.default.removeItem(atPath: place + "/" + name)
    }
    let left = FileManager.default.enumerator(atPath: place)?.compactMap { $0 as? String } ?? []
    for name in left where name.hasSuffix(".partial") {
      try FileManager.default.removeItem(atPath: place + "/" + name)
    }
  }

  deinit { if lock >= 0 { close(lock) } }

  func resume(_ views: [[String]]) throws -> Set<Int> {
    Set(views.indices.filter { has(views[$0]) })
  }

  /// Whether files are there. A file without a byte is one that the disk has lost.
  func has(_ names: [String]) -> Bool {
    names.allSatisfy { fileBytes(place + "/" + $0) ?? 0 > 0 }
  }

  /// A file is there only when it is whole.
  func add(_ file: SetFile) throws {
    let name = place + "/" + file.name
    try makeFolder(URL(fileURLWithPath: name).deletingLastPathComponent().path)
    let new = "\(name).\(part).partial"
    try StagedFile.writeNow(file.bytes, to: new, shownAs: path + "/" + file.name)
    try put(new, at: name)
  }

  func finish() throws {
    // Takes the place of nothing or of an empty folder, and fails on anything else.
    if let partial { try put(partial, at: path) }
    if let marker { try? FileManager.default.removeItem(atPath: marker) }
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
      throw OutputError("cannot-create-folder", systemReason(error), path)
    }
  }
}

/// Renames.
func put(_ partial: String, at path: String) throws {
  guard unsafe rename(partial, path) == 0 else {
    throw OutputError("cannot-rename", unsafe String(cString: strerror(errno)), path)
  }
}
