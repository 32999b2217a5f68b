/// A file that never changes, as an answer: ranges, validators, and leave to keep it (RFC 9110, 8246).
public struct FileAnswer: Sendable {
  public let path: String
  public let bytes: Int
  /// Strong: the SHA-256 of the bytes.
  public let sha256: String
  public let mediaType: String
  /// What it is called where it is saved.
  public let name: String
  /// Whether caches between here and the client may keep it.
  public let isPublic: Bool

  public init(
    path: String, bytes: Int, sha256: String, mediaType: String, name: String, isPublic: Bool
  ) {
    (self.path, self.bytes, self.sha256) = (path, bytes, sha256)
    (self.mediaType, self.name, self.isPublic) = (mediaType, name, isPublic)
  }

  public func response(to head: RequestHead) -> Response {
    let tag = "\"\(sha256)\""
    let safeName = name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    let kept = (isPublic ? "public" : "private") + ", max-age=31536000, immutable"
    let headers = [
      ("ETag", tag), ("Cache-Control", kept), ("Accept-Ranges", "bytes"),
    ]
    if let known = head.headers["if-none-match"], Self.names(known, tag) {
      return Response(status: 304, headers: headers)
    }
    let content = [
      ("Content-Type", mediaType), ("Content-Disposition", "inline; filename=\"\(safeName)\""),
    ]
    // A range of another version than the client holds is of no use to it.
    let range = head.headers["if-range"].map { $0 == tag } ?? true ? head.headers["range"] : nil
    switch ByteRange(range, size: bytes) {
    case .whole:
      return Response(
        status: 200, headers: headers + content, content: .file(path: path, range: 0..<bytes))
    case .part(let part):
      let place = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(bytes)"
      return Response(
        status: 206, headers: headers + content + [("Content-Range", place)],
        content: .file(path: path, range: part))
    case .unsatisfiable:
      return Response(status: 416, headers: [("Content-Range", "bytes */\(bytes)")])
    }
  }

  /// Whether `If-None-Match` names the tag; weak comparison.
  private static func names(_ header: String, _ tag: String) -> Bool {
    header.split(separator: ",").map(\.trimmingSpaces).contains {
      $0 == "*" || $0 == tag || $0 == "W/" + tag
    }
  }
}
