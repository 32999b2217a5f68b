/// The binary container of glTF: a header, a JSON chunk, and at most one binary chunk.
struct GLBContainer {
  let json: ArraySlice<UInt8>
  let binary: ArraySlice<UInt8>?
  private(set) var warnings: [String] = []

  static let magic: [UInt8] = Array("glTF".utf8)
  private static let jsonType: UInt32 = 0x4E4F_534A
  private static let binaryType: UInt32 = 0x004E_4942

  init(_ file: [UInt8]) throws(FormatError) {
    var reader = ByteReader(file)
    _ = try reader.uint32("the GLB header")
    let version = try reader.uint32("the GLB header")
    let length = try reader.uint32("the GLB header")
    guard version == 2 else {
      throw FormatError(
        "unsupported-version", "GLB version \(version) is not supported; 2 is", at: "byte 4")
    }
    guard Int(length) == file.count else {
      throw FormatError(
        "length-mismatch", "the header says \(length) bytes but the file has \(file.count)",
        at: "byte 8")
    }
    var jsonChunk: ArraySlice<UInt8>?
    var binaryChunk: ArraySlice<UInt8>?
    var index = 0
    while reader.remaining > 0 {
      let start = reader.offset
      let chunkLength = try reader.uint32("the header of chunk \(index)")
      let type = try reader.uint32("the header of chunk \(index)")
      let content = try reader.take(Int(chunkLength), "chunk \(index)")
      if chunkLength % 4 != 0 {
        warnings.append("chunk \(index) has \(chunkLength) bytes, which is no multiple of 4")
      }
      if index == 0 {
        guard type == Self.jsonType else {
          throw FormatError("bad-chunk", "the first chunk is not JSON", at: "byte \(start)")
        }
        jsonChunk = content
      } else if type == Self.binaryType, binaryChunk == nil {
        binaryChunk = content
      } else if type == Self.jsonType || type == Self.binaryType {
        throw FormatError("bad-chunk", "chunk \(index) is there twice", at: "byte \(start)")
      }
      index += 1
    }
    guard let jsonChunk else {
      throw FormatError("truncated", "there is no JSON chunk", at: "byte 12")
    }
    json = jsonChunk
    binary = binaryChunk
  }

  /// The bytes of a container around a document and its buffer; throws what is larger than its lengths can say.
  static func bytes(json: String, binary: [UInt8]) throws(FormatError) -> [UInt8] {
    guard json.utf8.count + binary.count < Int(UInt32.max) - 64 else {
      throw FormatError(
        "too-large", "a GLB holds at most 4 GiB; write .gltf, which has its buffer beside it")
    }
    var text = Array(json.utf8)
    while text.count % 4 != 0 { text.append(0x20) }
    var data = binary
    while data.count % 4 != 0 { data.append(0) }
    var file = magic
    file.append(little: 2 as UInt32)
    file.append(little: UInt32(12 + 8 + text.count + (data.isEmpty ? 0 : 8 + data.count)))
    file.append(little: UInt32(text.count))
    file.append(little: jsonType)
    file += text
    if !data.isEmpty {
      file.append(little: UInt32(data.count))
      file.append(little: binaryType)
      file += data
    }
    return file
  }
}
