import Archives
import Foundation
import HTTP
import Settings

/// `/ui`: the pages for people who would rather look than read. Plain files; what they show they ask the API for,
/// with the key that is typed into them.
enum PortalFiles {
  private static let folder = ProgramFolder.named(
    "portal", holding: "index.html", source: "Sources/Portal")

  private static let types = [
    "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
  ]

  static let routes: [Route] = [
    Route("GET", "/ui", "The portal", scope: nil) { call in try answer("index.html", call) }
      .undocumented(),
    Route("GET", "/ui/{file}", "A file of the portal", scope: nil) { call in
      try answer(call.parameter("file"), call)
    }.undocumented(),
  ]

  private static func answer(_ name: String, _ call: Call) throws -> Outcome {
    let isPlain = name.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || ".-".contains($0))
    }
    let ending = name.split(separator: ".").last.map(String.init) ?? ""
    guard isPlain, !name.hasPrefix("."), let type = types[ending], let folder,
      let data = FileManager.default.contents(atPath: folder + "/" + name)
    else {
      throw ServiceProblem(
        .unknownPath,
        folder == nil
          ? "the portal's files are not beside the program"
          : "the portal has no file \(name.prefix(40))")
    }
    let tag = "\"\(Digest.sha256(of: [UInt8](data)).prefix(32))\""
    let isKnown = call.request.head.headers["if-none-match"] == tag
    let response = Response(
      status: isKnown ? 304 : 200,
      headers: [("ETag", tag), ("Cache-Control", "no-cache")]
        + (isKnown ? [] : [("Content-Type", type)]),
      content: .bytes(isKnown ? [] : [UInt8](data)))
    guard ending == "html" else { return .answer(response) }
    return .answer(
      response.with("Content-Security-Policy", policy).with("Referrer-Policy", "no-referrer"))
  }

  /// Nothing from elsewhere, nothing inline, nobody's frame.
  private static let policy = """
    default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'
    """
}
