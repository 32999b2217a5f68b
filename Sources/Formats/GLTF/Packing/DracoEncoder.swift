import CDraco
import Foundation

/// A part as the bytes of KHR_draco_mesh_compression, through Google's library.
struct DracoEncoder {
  let bytes: [UInt8]
  /// By the name of the attribute, its number in the bytes.
  let numbers: [(name: String, number: Int)]
  /// Points may have been split, and triangles without area are left out.
  let points, triangles: Int

  /// Nil where the library gives up.
  init?(_ mesh: VertexStreams, _ box: PositionGrid, side: Float, _ packing: GeometryPacking) {
    guard
      let encoder = unsafe maquette_draco_encoder_new(
        mesh.count, mesh.indices.count / 3, mesh.indices)
    else { return nil }
    defer { unsafe maquette_draco_encoder_free(encoder) }
    unsafe maquette_draco_box(encoder, [box.origin.x, box.origin.y, box.origin.z], side)
    var numbers: [(name: String, number: Int)] = []
    for stream in mesh.streams {
      let (kind, bits): (maquette_draco_kind, Int) =
        switch stream.name {
        case "POSITION": (MAQUETTE_POSITION, packing.positionBits)
        case "NORMAL": (MAQUETTE_NORMAL, packing.normalBits)
        case "TANGENT": (MAQUETTE_GENERIC, packing.normalBits)
        case "COLOR_0": (MAQUETTE_COLOR, 8)
        default: (MAQUETTE_COORDINATE, Self.bits(of: stream, packing))
        }
      let number = unsafe maquette_draco_add(
        encoder, kind, Int32(stream.stride / 4), stream.floats, Int32(bits))
      guard number >= 0 else { return nil }
      numbers.append((stream.name, Int(number)))
    }
    var length = 0
    guard let start = unsafe maquette_draco_encode(encoder, &length) else { return nil }
    bytes = unsafe Array(UnsafeBufferPointer(start: start, count: length))
    points = unsafe maquette_draco_encoded_points(encoder)
    triangles = unsafe maquette_draco_encoded_triangles(encoder)
    self.numbers = numbers
  }

  /// The bits are of one turn of the texture; Draco counts them across what is used of it.
  private static func bits(of stream: VertexStreams.Stream, _ packing: GeometryPacking) -> Int {
    let values = stream.floats
    let range = max(1, (values.max() ?? 0) - (values.min() ?? 0))
    return min(24, packing.coordinateBits + Int(log2(min(range, 1e6)).rounded(.up)))
  }
}

extension VertexStreams.Stream {
  /// The bytes of floats as floats.
  fileprivate var floats: [Float] {
    Swift.stride(from: 0, to: bytes.count, by: 4).map { at in
      Float(
        bitPattern: UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
          | UInt32(bytes[at + 3]) << 24)
    }
  }
}
