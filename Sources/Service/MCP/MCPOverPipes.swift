import Foundation
import HTTP
public import Operations
public import Settings
import Synchronization
public import Work

/// Options of `mcp`.
public struct MCPSettings: SettingsGroup {
  @Setting("The service's folder; shared with a server that runs on it.")
  public var data = "maquette-data"

  @Setting("Whose models these are; made where nobody has the name.")
  public var account = "local"

  @Setting("Processes that work on jobs; 0 where a server on the same folder does.", in: 0...256)
  public var workers = 1

  public init() {}
}

/// The Model Context Protocol over standard input and output, one message a line.
public enum ServeMCP: Verb {
  public static let name = "mcp"
  public static let summary = "Serves the Model Context Protocol on standard input and output."
  public static let usage = ""
  public static let inputCount = 0...0
  public static let output = OutputRule.none

  public static func run(_ call: VerbCall<MCPSettings>, _ work: WorkContext) throws -> VerbResult {
    var settings = ServiceSettings()
    settings.data = call.options.data
    settings.workers = call.options.workers
    settings.listen = "127.0.0.1:0"
    settings.log = .errors
    settings.readsPerMinute = 0
    settings.writesPerMinute = 0
    // Links to files need a server, which listens where only this machine reaches it.
    let host = try ServiceHost(
      settings, program: try thisProgram(), log: .standardError, sendsWebhooks: false)
    let account = call.options.account
    let id = try host.core.store.writeNow { try Accounts.named(account, $0) }
    let principal = Principal(
      account: id, key: "stdio", scopes: Set(APIKeys.allScopes), dialects: [])
    let server = MCPServer(
      rest: MCPRest(
        dispatch: host.dispatch, principal: principal, isLocal: true))
    Task {
      await serve(server)
      work.cancellation.cancel()
    }
    while !work.cancellation.isCancelled { usleep(20_000) }
    let done = DispatchSemaphore(value: 0)
    Task {
      await host.stop()
      done.signal()
    }
    done.wait()
    // Standard output is the protocol's.
    exit(0)
  }

  /// Pictures are within the lines.
  private static let lineLimit = PictureSource.textLimit(4)

  /// Until the input ends; requests are answered side by side.
  private static func serve(_ server: MCPServer) async {
    let write: MCPServer.Notify = { value in
      writing.withLock { _ in
        FileHandle.standardOutput.write(Data((value.text() + "\n").utf8))
      }
    }
    let running = Running()
    for await line in lines() {
      do {
        let message = try JSONRPC.message(line)
        if message.method == "notifications/cancelled" {
          let id = message.parameters["requestId"]?.text() ?? ""
          running.cancel(id)
          continue
        }
        let id = message.id?.text() ?? ""
        let task = Task {
          if let answer = await server.answer(message, write), !Task.isCancelled { write(answer) }
          if message.id != nil { running.end(id) }
        }
        if message.id != nil { running.began(id, task) }
      } catch let fault as JSONRPC.Fault {
        write(JSONRPC.error(fault, id: (try? JSONText.parse(line))?["id"]))
      } catch {
        write(JSONRPC.error(.internal, id: nil))
      }
    }
    let left = running.all
    for task in left { await task.value }
  }

  private static let writing = Mutex(())

  /// Requests that are being answered.
  private final class Running: Sendable {
    private let state = Mutex((tasks: [String: Task<Void, Never>](), ended: Set<String>()))

    func began(_ id: String, _ task: Task<Void, Never>) {
      // It may have ended before it was noted.
      state.withLock { if $0.ended.remove(id) == nil { $0.tasks[id] = task } }
    }

    func end(_ id: String) {
      state.withLock { if $0.tasks.removeValue(forKey: id) == nil { $0.ended.insert(id) } }
    }

    func cancel(_ id: String) { state.withLock { $0.tasks[id] }?.cancel() }

    var all: [Task<Void, Never>] { state.withLock { Array($0.tasks.values) } }
  }

  private static func lines() -> AsyncStream<[UInt8]> {
    AsyncStream { lines in
      Thread.detachNewThread {
        var held: [UInt8] = []
        var isSkipping = false
        while case let piece = FileHandle.standardInput.availableData, !piece.isEmpty {
          // What is held has no end of a line in it.
          var rest = piece[...]
          while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            held += rest[..<end]
            rest = rest[(end + 1)...]
            if !isSkipping, held.contains(where: { $0 > 0x20 }) { lines.yield(held) }
            (held, isSkipping) = ([], false)
          }
          if isSkipping { continue }
          held += rest
          if held.count > lineLimit {
            // A line that cannot be a message is answered as one, and passed over to its end.
            lines.yield(Array("{".utf8))
            (held, isSkipping) = ([], true)
          }
        }
        lines.finish()
      }
    }
  }
}
