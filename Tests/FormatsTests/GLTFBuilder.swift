import Foundation
import TestSupport

/// Writes small glTF files by hand: a document around one binary buffer.
struct GLTFBuilder {
  private(set) var buffer: [UInt8] = []

  /// Appends numbers and gives the offset they begin at.
  mutating func add<T: BitwiseCopyable>(_ values: [T]) -> Int {
    while buffer.count % 4 != 0 { buffer.append(0) }
    let offset = buffer.count
    unsafe values.withUnsafeBytes { bytes in unsafe buffer.append(contentsOf: bytes) }
    return offset
  }

  /// A `.gltf` with the buffer as a data URI; `body` is the rest of the document's members.
  func document(_ body: String) -> String {
    let data = Data(buffer).base64EncodedString()
    return """
      {"asset": {"version": "2.0"}, "scene": 0, \(body),
       "buffers": [{"byteLength": \(buffer.count),
                    "uri": "data:application/octet-stream;base64,\(data)"}]}
      """
  }

  /// A triangle with three positions and no indices, under the given node members.
  static func triangle(node: String = "", primitive: String = "", extra: String = "") -> String {
    var builder = GLTFBuilder()
    _ = builder.add([0, 0, 0, 1, 0, 0, 0, 1, 0] as [Float])
    return builder.document(
      """
      "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0\(node)}],
      "meshes": [{"primitives": [{"attributes": {"POSITION": 0}\(primitive)}]}],
      "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}],
      "bufferViews": [{"buffer": 0, "byteLength": 36}]\(extra)
      """)
  }
}
