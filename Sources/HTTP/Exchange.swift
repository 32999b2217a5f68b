import CMicroHTTPD
import Foundation
import Glibc
import Synchronization

/// One request from its head to its answer, as the library's calls carry it along.
///
///     reading -> waiting -> ready -> (queued with the library)
@safe final class Exchange: @unchecked Sendable {
  private enum State {
    /// The body is arriving; nil where it is to be dropped before the refusal.
    case reading(BodyReader?, refusal: Response?)
    case waiting
    case ready(Response)
    case queued
  }

  /// How much of a body is taken only to drop it, so that a client that sends before it listens
  /// still gets to read the refusal.
  private static let patienceBytes = 160 << 20

  private let server: Server
  private let connection: OpaquePointer
  private let watch: ConnectionWatch?
  private let head: RequestHead
  private let state: Mutex<State>
  private var context: (any Sendable)?
  private var dropped = 0
  private var reader: BodyReader?

  init(_ server: Server, _ connection: OpaquePointer, _ head: RequestHead) {
    self.server = server
    unsafe self.connection = unsafe connection
    self.head = head
    watch = unsafe maquette_http_socket_context(connection).map { pointer in
      unsafe Unmanaged<ConnectionWatch>.fromOpaque(pointer).takeUnretainedValue()
    }
    switch server.handler.admit(head) {
    case .refuse(let refusal): state = Mutex(.reading(nil, refusal: refusal))
    case .accept(let policy, let context):
      self.context = context
      if let length = head.declaredLength, length > policy.limit {
        let refusal = server.handler.problem(head, .tooLarge(limit: policy.limit))
        state = Mutex(.reading(nil, refusal: refusal))
      } else {
        let reader = BodyReader(
          policy, contentType: head.headers["content-type"], folder: server.options.uploadFolder)
        self.reader = reader
        state = Mutex(.reading(reader, refusal: nil))
      }
    }
    server.began()
    if head.hasBody { watch?.bodyBegins() } else { watch?.isOurTurn() }
  }

  /// Refuses at once what would send more than is borne with.
  func begin() -> MHD_Result {
    if case .reading(_, let refusal?) = state.withLock({ $0 }),
      (head.declaredLength ?? 0) > Self.patienceBytes
    {
      return queue(refusal)
    }
    return .YES
  }

  func take(_ piece: [UInt8]) -> MHD_Result {
    watch?.bodyGrew(piece.count)
    if let reader { reader.feed(piece) } else { dropped += piece.count }
    return max(dropped, reader?.problem == nil ? 0 : reader!.received) > Self.patienceBytes
      ? .NO : .YES
  }

  /// Called when the body is whole, and again once the answer is ready.
  func goOn() -> MHD_Result {
    switch state.withLock({ $0 }) {
    case .reading(_, let refusal?):
      return queue(refusal)
    case .reading(let reader, nil):
      watch?.isOurTurn()
      switch reader?.finish() ?? .success(.none) {
      case .failure(let problem): return queue(server.handler.problem(head, problem))
      case .success(let body):
        state.withLock { $0 = .waiting }
        unsafe MHD_suspend_connection(connection)
        let request = Request(head: head, body: body, context: context)
        Task { [self] in
          let response = await server.handler.answer(request)
          state.withLock { $0 = .ready(response) }
          unsafe MHD_resume_connection(connection)
        }
        return .YES
      }
    case .waiting: return .YES
    case .ready(let response): return queue(response)
    case .queued: return .YES
    }
  }

  /// The library is done with the request, however it ended.
  func end() {
    reader?.discard()
    if case .ready(let response) = state.withLock({ $0 }),
      case .stream(let stream) = response.content
    {
      stream.finish()
    }
    watch?.answered()
    server.ended()
  }

  private func queue(_ response: Response) -> MHD_Result {
    state.withLock { $0 = .queued }
    var response = response
    var made = unsafe ResponseContent.make(response.content, connection)
    if unsafe made == nil {
      // A file that is gone since: said so, instead of a connection that breaks.
      response = Response(status: 500, type: "text/plain", text: "the file cannot be read\n")
      unsafe made = unsafe ResponseContent.make(response.content, connection)
    }
    guard let (content, size) = unsafe made else { return .NO }
    for (name, value) in response.headers {
      _ = unsafe MHD_add_response_header(content, name, value)
    }
    watch?.answering(bytes: size ?? 0)
    if size == nil { watch?.isOurTurn() }
    let result = unsafe MHD_queue_response(connection, UInt32(response.status), content)
    unsafe MHD_destroy_response(content)
    return result
  }
}

/// Contents as the library takes them.
enum ResponseContent {
  /// With the number of bytes, where it is known. Nil where a file is gone.
  static func make(
    _ content: Response.Content, _ connection: OpaquePointer
  ) -> (OpaquePointer, size: Int?)? {
    switch content {
    case .bytes(var bytes):
      let count = bytes.count
      let response = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe MHD_create_response_from_buffer(count, buffer.baseAddress, .RESPMEM_MUST_COPY)
      }
      return unsafe response.map { unsafe ($0, count) }
    case .file(let path, let range):
      let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { return nil }
      let response = unsafe MHD_create_response_from_fd_at_offset64(
        UInt64(range.count), file, UInt64(range.lowerBound))
      if unsafe response == nil { close(file) }
      return unsafe response.map { unsafe ($0, range.count) }
    case .stream(let stream):
      let source = unsafe StreamSource(stream, connection)
      let response = unsafe MHD_create_response_from_callback(
        UInt64.max, 16 << 10, streamRead, Unmanaged.passRetained(source).toOpaque(), streamFree)
      return unsafe response.map { unsafe ($0, nil) }
    }
  }
}

/// A stream and the connection that waits for it.
@safe final class StreamSource: @unchecked Sendable {
  let stream: ResponseStream
  let connection: OpaquePointer

  init(_ stream: ResponseStream, _ connection: OpaquePointer) {
    self.stream = stream
    unsafe self.connection = unsafe connection
  }
}
