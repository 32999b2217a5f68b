import Foundation
public import Work

/// Where a set goes, known from its path before any work is done.
public enum DatasetTarget: Sendable, Equatable {
  /// `NAME.zip`.
  case zip(path: String)
  /// A name without an extension, or any name with a slash at its end. It must not exist, or be empty.
  case folder(path: String)

  /// Throws `DatasetError` for another extension, or a folder that already holds something.
  public init(path: String) throws(DatasetError) {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    let ending = url.pathExtension.lowercased()
    if path.isEmpty {
      throw DatasetError("the output's name is empty", at: path, kind: .usage)
    } else if ending == "zip" && !path.hasSuffix("/") {
      self = .zip(path: path)
    } else if ending.isEmpty || path.hasSuffix("/") {
      let held = try? FileManager.default.contentsOfDirectory(atPath: url.path)
      guard held?.isEmpty ?? !FileManager.default.fileExists(atPath: url.path) else {
        throw DatasetError(
          "something is there already; a folder is never replaced, so remove it or give another name",
          at: path, kind: .unwritableOutput)
      }
      self = .folder(path: url.path)
    } else {
      throw DatasetError(
        ".\(ending) is not written; a set is a .zip, or a folder (end its name with a slash)",
        at: path, kind: .usage)
    }
  }

  public var mediaType: String {
    switch self {
    case .zip: "application/zip"
    case .folder: "inode/directory"
    }
  }
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
