import CMicroHTTPD
import Foundation
import Glibc
import Synchronization

/// What a server does with requests. The head is judged before the body is read; both are called from
/// several threads.
public struct Handler: Sendable {
  public let admit: @Sendable (RequestHead) -> Admission
  public let answer: @Sendable (Request) async -> Response
  public let problem: @Sendable (RequestHead, BodyProblem) -> Response

  /// - Parameters:
  ///   - admit: runs at once, on a thread of the network; must not wait.
  ///   - problem: the answer where a body could not be taken.
  public init(
    admit: @escaping @Sendable (RequestHead) -> Admission,
    answer: @escaping @Sendable (Request) async -> Response,
    problem: @escaping @Sendable (RequestHead, BodyProblem) -> Response
  ) {
    (self.admit, self.answer, self.problem) = (admit, answer, problem)
  }

  static let starting = Handler(
    admit: { _ in .refuse(Response(status: 503, headers: [("Retry-After", "1")])) },
    answer: { _ in Response(status: 503) }, problem: { _, _ in Response(status: 503) })
}

public struct ServerOptions: Sendable {
  /// A numerical address of this machine and a port, 0 for any that is free.
  public var address = "127.0.0.1"
  public var port: UInt16 = 0
  public var threads = 2
  public var connectionLimit = 4000
  public var slowClients = SlowClientLimits()
  /// Where files of forms lie until their request is answered.
  public var uploadFolder = NSTemporaryDirectory()

  public init() {}
}

public enum ServerError: Error, Sendable {
  case badAddress(String)
  /// With the system's number for the reason.
  case cannotListen(String, errno: Int32)
}

/// A running HTTP/1.1 server.
public final class Server: Sendable {
  private let handling: Mutex<Handler>
  let options: ServerOptions
  let watches = Mutex<[ObjectIdentifier: ConnectionWatch]>([:])
  /// Requests that are being answered.
  private let open = Mutex(0)
  private let daemon = Mutex<DaemonHandle?>(nil)
  /// The port that is listened on.
  public let port: UInt16

  var handler: Handler { handling.withLock { $0 } }

  /// Listens. Until `answer(with:)` every request is told to come again.
  public init(_ options: ServerOptions) throws(ServerError) {
    self.options = options
    handling = Mutex(.starting)
    let socketAddress = try SocketAddress(options.address, port: options.port)
    let box = ServerBox()
    let context = unsafe Unmanaged.passRetained(box)
    let handle = unsafe socketAddress.withPointer { address in
      unsafe maquette_http_start(
        address, UInt32(max(1, options.threads)), 90, UInt32(options.connectionLimit),
        serverAccess, serverCompleted, serverConnection, context.toOpaque())
    }
    guard let handle = unsafe handle else {
      let reason = errno
      unsafe context.release()
      throw .cannotListen("\(options.address):\(options.port)", errno: reason)
    }
    port = unsafe maquette_http_port(handle)
    daemon.withLock { unsafe $0 = DaemonHandle(pointer: handle) }
    box.server.withLock { $0 = self }
    // A thread of its own: what cuts off slow clients must not wait behind anything.
    Thread.detachNewThread { [weak self] in
      while let server = self, server.daemon.withLock({ $0 != nil }) {
        let now = ContinuousClock.now
        server.watches.withLock { watches in for watch in watches.values { watch.check(now) } }
        sleep(1)
      }
    }
  }

  /// From now on requests go to this handler.
  public func answer(with handler: Handler) { handling.withLock { $0 = handler } }

  func began() { open.withLock { $0 += 1 } }
  func ended() { open.withLock { $0 -= 1 } }

  /// Takes no new connections, waits for answers that are under way, up to `patience`, and closes.
  public func stop(patience: Duration = .seconds(10)) async {
    let handle = daemon.withLock { daemon in
      defer { daemon = nil }
      return daemon
    }
    guard let handle else { return }
    let listening = unsafe MHD_quiesce_daemon(handle.pointer)
    // What still comes over open connections is told to come again; nothing new waits.
    answer(with: .starting)
    let deadline = ContinuousClock.now + patience
    while open.withLock({ $0 }) > 0 && ContinuousClock.now < deadline {
      try? await Task.sleep(for: .milliseconds(10))
    }
    // The library ends the program where a request is still waiting; then the system closes for us.
    if open.withLock({ $0 }) == 0 { unsafe MHD_stop_daemon(handle.pointer) }
    if listening >= 0 { close(listening) }
  }
}

/// The library's server.
@safe struct DaemonHandle: @unchecked Sendable {
  let pointer: OpaquePointer
}

/// What the library hands back to each of its calls. Filled once the server is there.
final class ServerBox: Sendable {
  let server = Mutex<Server?>(nil)
}

/// A numerical address and a port as the system takes them.
struct SocketAddress {
  private var storage = sockaddr_storage()

  init(_ address: String, port: UInt16) throws(ServerError) {
    var v4 = sockaddr_in()
    var v6 = sockaddr_in6()
    if unsafe inet_pton(AF_INET, address, &v4.sin_addr) == 1 {
      v4.sin_family = sa_family_t(AF_INET)
      v4.sin_port = port.bigEndian
      unsafe withUnsafeMutableBytes(of: &storage) { place in
        unsafe withUnsafeBytes(of: v4) { unsafe place.copyMemory(from: $0) }
      }
    } else if unsafe inet_pton(AF_INET6, address, &v6.sin6_addr) == 1 {
      v6.sin6_family = sa_family_t(AF_INET6)
      v6.sin6_port = port.bigEndian
      unsafe withUnsafeMutableBytes(of: &storage) { place in
        unsafe withUnsafeBytes(of: v6) { unsafe place.copyMemory(from: $0) }
      }
    } else {
      throw .badAddress(address)
    }
  }

  func withPointer<Result>(_ use: (UnsafePointer<sockaddr>) -> Result) -> Result {
    unsafe withUnsafePointer(to: storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe use($0) }
    }
  }
}
