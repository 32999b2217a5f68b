import Archives
import Foundation
public import Settings
public import Work

/// Where a set goes, known from its path before any work is done.
public struct DatasetTarget: Sendable, Equatable {
  public enum Container: String, Sendable, CaseIterable {
    case zip, tar, folder, hdf5
  }

  public let container: Container
  public let path: String
  /// What this run is called among several that fill one folder, each with views of its own.
  public let part: String?
  private var isShared: Bool { part != nil }

  /// Throws `DatasetError` for an unknown extension. A name without one, or with a slash at its end, is a folder.
  public init(path: String, part: String? = nil) throws(DatasetError) {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    let ending = path.hasSuffix("/") ? "" : url.pathExtension.lowercased()
    self.part = part
    switch ending {
    case _ where path.isEmpty:
      throw DatasetError("the output's name is empty", at: path, kind: .usage)
    case "zip": (container, self.path) = (.zip, path)
    case "tar": (container, self.path) = (.tar, path)
    case "h5", "hdf5": (container, self.path) = (.hdf5, path)
    case "": (container, self.path) = (.folder, url.path)
    default:
      throw DatasetError(
        ".\(ending) is not written; a set is a .zip, a .tar, a .h5, or a folder (end its name with a slash)",
        at: path, kind: .usage)
    }
    if isShared && container != .folder {
      throw DatasetError(
        "several runs share the views of one model, so they need one folder to fill; give a name with a slash at its end",
        at: path, kind: .usage)
    }
  }

  /// Throws where a folder would be replaced.
  public func checkFree() throws(DatasetError) {
    guard container == .folder, !isShared else { return }
    let held = try? FileManager.default.contentsOfDirectory(atPath: path)
    guard held?.isEmpty ?? !FileManager.default.fileExists(atPath: path) else {
      throw DatasetError(
        "something is there already; a folder is never replaced, so remove it or give another name",
        at: path, kind: .unwritableOutput)
    }
  }

  public var mediaType: String {
    switch container {
    case .zip: "application/zip"
    case .tar: "application/x-tar"
    case .folder: "inode/directory"
    case .hdf5: "application/x-hdf5"
    }
  }

  /// The file or folder that is filled until the set is whole. Its name tells what set it becomes, so that only
  /// a run that makes the same one goes on with it.
  func partialPath(identity: String) -> String {
    let url = URL(fileURLWithPath: path)
    let name = ".\(url.lastPathComponent).\(identity.prefix(16)).partial"
    return url.deletingLastPathComponent().appendingPathComponent(name).path
  }

  /// Whether the set with this manifest is there, whole.
  public func holds(_ manifest: JSONValue) -> Bool {
    if container == .hdf5 {
      return (try? HDF5Reader(path: path))?.text("/", "manifest") == manifest.text()
    }
    return existingManifest == Array((manifest.text(pretty: true) + "\n").utf8)
  }

  private var existingManifest: [UInt8]? {
    switch container {
    case .folder: FileManager.default.contents(atPath: path + "/manifest.json").map { [UInt8]($0) }
    case .zip, .tar:
      Self.names.lazy.compactMap { name in
        (try? ArchiveReader(path: path))
          .flatMap { try? $0.read([name], byteLimit: 1 << 26)[name] }
      }.first
    case .hdf5: nil
    }
  }

  private static let names = ["manifest.json", "__maquette__/manifest.json"]
}

/// Why a set cannot go where it should.
public struct DatasetError: ExplainedError, Equatable {
  public let message: String
  public let place: String
  public let kind: FailureKind
  public var code: String { "bad-output" }

  init(_ message: String, at place: String, kind: FailureKind) {
    (self.message, self.place, self.kind) = (message, place, kind)
  }
}
