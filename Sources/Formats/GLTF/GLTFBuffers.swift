import Foundation
import Work

/// The binary side of a document: buffers, opened when first needed, and views into them.
final class GLTFBuffers {
  /// The largest buffer that zeros stand in for.
  private static let placeholderLimit = 1 << 26

  private let document: GLTFDocument
  private let binary: ArraySlice<UInt8>?
  private let folder: ModelFolder
  private let log: LogSink
  private var loaded: [Int: [UInt8]] = [:]

  init(document: GLTFDocument, binary: ArraySlice<UInt8>?, folder: ModelFolder, log: LogSink) {
    self.document = document
    self.binary = binary
    self.folder = folder
    self.log = log
  }

  /// Checks that every view lies in its buffer and every embedded buffer has its bytes.
  func check() throws(FormatError) {
    for (index, buffer) in document["buffers"].enumerated() {
      _ = try buffer.requiredCount("byteLength", atLeast: 1)
      if let uri = try buffer.string("uri"), uri.hasPrefix("data:") {
        _ = try bytes(ofBuffer: index)
      }
    }
    for index in document["bufferViews"].indices { _ = try range(ofView: index) }
  }

  /// The bytes of a whole buffer, at least as many as it declares.
  func bytes(ofBuffer index: Int) throws(FormatError) -> [UInt8] {
    if let known = loaded[index] { return known }
    let stored = document.size("buffers")
    if index >= stored, let view = try compressed(index - stored) {
      let bytes = try view.decoded(bytes(ofBuffer: view.buffer))
      loaded[index] = bytes
      return bytes
    }
    let buffer = document["buffers"][index]
    let declared = try buffer.requiredCount("byteLength", atLeast: 1)
    let bytes: [UInt8]
    if let uri = try buffer.string("uri") {
      bytes = try resource(uri, at: "\(buffer.path).uri")
    } else if index == 0, let binary {
      bytes = Array(binary)
    } else if declared <= Self.placeholderLimit {
      // The format lets an application supply such bytes; there is none here.
      log.warn("\(buffer.path): the file does not hold its bytes; zeros are used")
      bytes = Array(repeating: 0, count: declared)
    } else {
      throw FormatError(
        "missing-property", "the buffer has neither a uri nor a GLB chunk", at: buffer.path)
    }
    guard bytes.count >= declared else {
      throw FormatError(
        "length-mismatch", "the buffer declares \(declared) bytes but has \(bytes.count)",
        at: buffer.path)
    }
    loaded[index] = bytes
    return bytes
  }

  private func compressed(_ view: Int) throws(FormatError) -> MeshoptView? {
    try MeshoptView(view: document["bufferViews"][view], document: document)
  }

  /// Which bytes of which buffer a view covers, and its stride (0: tightly packed). What a compressed view
  /// stands for is a buffer of its own, after the document's.
  func range(ofView index: Int) throws(FormatError) -> (
    buffer: Int, bytes: Range<Int>, stride: Int
  ) {
    let view = document["bufferViews"][index]
    if let inside = try compressed(index) {
      let isPacked = view["byteStride"] == nil
      return (
        document.size("buffers") + index, 0..<inside.count * inside.stride,
        isPacked ? 0 : inside.stride
      )
    }
    let (buffer, bytes) = try document.extent(view)
    let stride = try view.count("byteStride") ?? 0
    if view["byteStride"] != nil, stride < 4 || stride > 252 {
      throw FormatError(
        "out-of-range", "a stride of \(stride) is not in 4...252", at: "\(view.path).byteStride")
    }
    return (buffer, bytes, stride)
  }

  /// The bytes a view covers.
  func bytes(ofView index: Int) throws(FormatError) -> [UInt8] {
    let (buffer, range, _) = try range(ofView: index)
    return Array(try bytes(ofBuffer: buffer)[range])
  }

  /// What a URI holds: a data URI's content, or a file of the model's folder.
  func resource(_ uri: String, at place: String) throws(FormatError) -> [UInt8] {
    guard uri.hasPrefix("data:") else {
      guard let name = uri.removingPercentEncoding else {
        throw FormatError("bad-uri", "the URI cannot be decoded", at: place)
      }
      return try folder.read(name, at: place)
    }
    guard let comma = uri.firstIndex(of: ","), uri[..<comma].hasSuffix(";base64"),
      let data = Data(base64Encoded: String(uri[uri.index(after: comma)...]))
    else { throw FormatError("bad-uri", "the data URI is not valid base64", at: place) }
    return [UInt8](data)
  }
}

extension GLTFDocument {
  /// The buffer and the bytes of it that a view, or a compressed view, names.
  func extent(_ element: GLTFElement) throws(FormatError) -> (buffer: Int, bytes: Range<Int>) {
    guard let buffer = try element.index("buffer", into: "buffers", size: size("buffers")) else {
      throw FormatError("missing-property", "\"buffer\" is missing", at: element.path)
    }
    let offset = try element.count("byteOffset") ?? 0
    // The format asks for at least 1; an empty view that nobody reads does no harm.
    let length = try element.requiredCount("byteLength")
    let declared = try self["buffers"][buffer].requiredCount("byteLength", atLeast: 1)
    guard offset <= declared, length <= declared - offset else {
      throw FormatError(
        "out-of-range",
        "bytes \(offset) to \(offset + length) are outside buffer \(buffer) of \(declared) bytes",
        at: element.path)
    }
    return (buffer, offset..<offset + length)
  }
}
