// The calls that libmicrohttpd makes, from its own threads.

import CMicroHTTPD
import Foundation
import Glibc
import Synchronization

/// The head comes first, then the pieces of the body, then a call without bytes; the last is repeated
/// when a waiting request goes on.
let serverAccess: MHD_AccessHandlerCallback = {
  context, connection, path, method, _, bytes, count, slot in
  guard let server = unsafe server(context), let connection = unsafe connection else { return .NO }
  guard let known = unsafe slot?.pointee else {
    let head = unsafe requestHead(connection, method, path)
    let exchange = unsafe Exchange(server, connection, head)
    unsafe slot?.pointee = Unmanaged.passRetained(exchange).toOpaque()
    return exchange.begin()
  }
  let exchange = unsafe Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
  if unsafe count!.pointee > 0 {
    let piece = unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: count!.pointee))
    unsafe count!.pointee = 0
    return exchange.take(piece)
  }
  return exchange.goOn()
}

let serverCompleted: MHD_RequestCompletedCallback = { _, _, slot, _ in
  guard let known = unsafe slot?.pointee else { return }
  unsafe slot?.pointee = nil
  unsafe Unmanaged<Exchange>.fromOpaque(known).takeRetainedValue().end()
}

let serverConnection: MHD_NotifyConnectionCallback = { context, connection, slot, code in
  guard let server = unsafe server(context), let connection = unsafe connection else { return }
  if code.rawValue == 0 {  // MHD_CONNECTION_NOTIFY_STARTED
    let watch = ConnectionWatch(
      socket: unsafe maquette_http_socket(connection), limits: server.options.slowClients)
    server.watches.withLock { $0[ObjectIdentifier(watch)] = watch }
    unsafe slot?.pointee = Unmanaged.passRetained(watch).toOpaque()
  } else if let known = unsafe slot?.pointee {
    let watch = unsafe Unmanaged<ConnectionWatch>.fromOpaque(known).takeRetainedValue()
    _ = server.watches.withLock { $0.removeValue(forKey: ObjectIdentifier(watch)) }
    unsafe slot?.pointee = nil
  }
}

let streamRead: MHD_ContentReaderCallback = { context, _, place, limit in
  let source = unsafe Unmanaged<StreamSource>.fromOpaque(context!).takeUnretainedValue()
  let piece = source.stream.take(limit) {
    unsafe MHD_suspend_connection(source.connection)
  } wake: {
    unsafe MHD_resume_connection(source.connection)
  }
  switch piece {
  case .bytes(let bytes):
    unsafe UnsafeMutableRawPointer(place!).copyMemory(from: bytes, byteCount: bytes.count)
    return bytes.count
  case .nothingYet: return 0
  case .end: return -1
  }
}

let streamFree: MHD_ContentReaderFreeCallback = { context in
  // Nobody reads any more, so that whoever sends may stop.
  unsafe Unmanaged<StreamSource>.fromOpaque(context!).takeRetainedValue().stream.finish()
}

private func server(_ context: UnsafeMutableRawPointer?) -> Server? {
  unsafe context.map { unsafe Unmanaged<ServerBox>.fromOpaque($0).takeUnretainedValue() }?.server
    .withLock { $0 }
}

/// Name and value pairs that the library tells one by one.
private final class Pairs {
  var list: [(name: String, value: String)] = []
}

private func pairs(_ connection: OpaquePointer, _ kind: MHD_ValueKind) -> [(
  name: String, value: String
)] {
  let pairs = Pairs()
  _ = unsafe MHD_get_connection_values(
    connection, kind,
    { context, _, name, value in
      let pairs = unsafe Unmanaged<Pairs>.fromOpaque(context!).takeUnretainedValue()
      pairs.list.append(
        (
          unsafe name.map { unsafe String(cString: $0) } ?? "",
          unsafe value.map { unsafe String(cString: $0) } ?? ""
        ))
      return .YES
    }, Unmanaged.passUnretained(pairs).toOpaque())
  return pairs.list
}

private func requestHead(
  _ connection: OpaquePointer, _ method: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?
) -> RequestHead {
  var headers: [String: String] = [:]
  for (name, value) in unsafe pairs(connection, .HEADER_KIND) {
    let name = name.lowercased()
    headers[name] = headers[name].map { $0 + ", " + value } ?? value
  }
  let given = headers["x-request-id"].flatMap { id in
    (1...64).contains(id.utf8.count)
      && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
      ? id : nil
  }
  return RequestHead(
    method: unsafe method.map { unsafe String(cString: $0) } ?? "",
    path: unsafe path.map { unsafe String(cString: $0) } ?? "",
    query: unsafe pairs(connection, .GET_ARGUMENT_KIND), headers: headers,
    address: unsafe numericalAddress(maquette_http_peer(connection)),
    id: given ?? UUID().uuidString.lowercased())
}

private func numericalAddress(_ address: UnsafePointer<sockaddr>?) -> String {
  guard let address = unsafe address else { return "" }
  let isV4 = unsafe address.pointee.sa_family == sa_family_t(AF_INET)
  let size = isV4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
  var text = [CChar](repeating: 0, count: 64)
  guard
    unsafe getnameinfo(
      address, socklen_t(size), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
  else { return "" }
  return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
