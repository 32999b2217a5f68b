import Archives
import Foundation
public import Settings

/// A file that a verb wrote, or a folder of them.
public struct Artifact: Sendable, Equatable {
  public let path: String
  public let mediaType: String

  public init(path: String, mediaType: String) {
    (self.path, self.mediaType) = (path, mediaType)
  }

  /// Path, media type, bytes and SHA-256; of a folder the bytes of all its files, and no digest.
  public var json: JSONValue {
    [
      "path": .string(path), "mediaType": .string(mediaType), "bytes": .integer(size),
      "sha256": Digest.sha256(ofFile: path).map { .string($0) } ?? .null,
    ]
  }

  private var size: Int {
    let below = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    let files = below.isEmpty ? [path] : below.map { path + "/" + $0 }
    return files.reduce(0) { sum, file in
      let attributes = try? FileManager.default.attributesOfItem(atPath: file)
      let isFile = attributes?[.type] as? FileAttributeType == .typeRegular
      return sum + (isFile ? (attributes?[.size] as? NSNumber)?.intValue ?? 0 : 0)
    }
  }
}
