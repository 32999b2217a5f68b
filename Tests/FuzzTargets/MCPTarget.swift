import Foundation
import Settings

@testable import HTTP
@testable import Service

/// Messages to the server for agents, with the whole service behind it and nothing to do in it.
enum MCPTarget {
  private static let server: MCPServer? = {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maquette-fuzz-\(ProcessInfo.processInfo.processIdentifier)").path
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var settings = ServiceSettings()
    (settings.readsPerMinute, settings.writesPerMinute) = (0, 0)
    settings.log = .errors
    guard
      let core = try? ServiceCore(settings, data: DataFolder(folder), publicURL: "http://fuzz")
    else { return nil }
    let metrics = Metrics()
    let dialects = Dialects.all(settings)
    let native = NativeFacade.over(
      dialects, roots: Set(dialects.map(\.id)), metrics, url: "http://fuzz",
      uploadBytes: settings.uploadBytes)
    guard
      let dispatch = try? Dispatch(
        core, facades: dialects + [native], roots: Set(dialects.map(\.id)), plain: native,
        metrics: metrics,
        log: .none)
    else { return nil }
    let who = Principal(
      account: "fuzz", key: "fuzz", scopes: Set(APIKeys.allScopes), dialects: [])
    return MCPServer(rest: MCPRest(dispatch: dispatch, principal: who))
  }()

  static func run(_ bytes: [UInt8]) {
    let finished = DispatchSemaphore(value: 0)
    Task.detached {
      await answer(bytes)
      finished.signal()
    }
    finished.wait()
  }

  static func answer(_ bytes: [UInt8]) async {
    guard let server else { fatalError("the service does not start") }
    guard let message = try? JSONRPC.message(bytes) else { return }
    let answer = await server.answer(message) { _ in }
    promise((answer == nil) == (message.id == nil), "requests are answered, and only they")
    promise(answer == nil || answer?["id"] == message.id, "an answer has the request's id")
  }
}
