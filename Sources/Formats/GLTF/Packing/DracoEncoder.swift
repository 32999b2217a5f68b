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
  ///
  /// - Parameter isOnGrid: positions are cells, which Draco keeps as they are. It writes the corner and the side of
  ///   a grid of its own as text with six decimals, too few for a small model.
  init?(_ mesh: VertexStreams, isOnGrid: Bool, _ packing: GeometryPacking) {
    guard
      let encoder = unsafe maquette_draco_encoder_new(
        mesh.count, mesh.indices.count / 3, mesh.indices)
    else { return nil }
    defer { unsafe maquette_draco_encoder_free(encoder) }
    var numbers: [(name: String, number: Int)] = []
    for stream in mesh.streams {
      var grid = (lowest: [Float](repeating: 0, count: 4), side: Float(0))
      let kind: maquette_draco_kind
      var bits = packing.normalBits
      switch stream.name {
      case "POSITION":
        (kind, bits) = (MAQUETTE_POSITION, packing.positionBits)
        if isOnGrid { grid.side = Float((1 << bits) - 1) }
      case "NORMAL": kind = MAQUETTE_NORMAL
      case "TANGENT": kind = MAQUETTE_GENERIC
      case "COLOR_0": (kind, bits) = (MAQUETTE_COLOR, 8)
      default:
        kind = MAQUETTE_COORDINATE
        (grid, bits) = Self.grid(of: stream.floats, packing.coordinateBits)
      }
      let number = unsafe maquette_draco_add(
        encoder, kind, Int32(stream.stride / 4), stream.floats, Int32(bits), grid.lowest, grid.side)
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

  /// Steps of one turn's share from a multiple of it, so that the borders of texels stay where they are; Draco
  /// counts the bits across what is used.
  private static func grid(
    of values: [Float], _ coordinateBits: Int
  ) -> (grid: (lowest: [Float], side: Float), bits: Int) {
    let step = 1 / Float(1 << coordinateBits)
    let lowest = ((values.min() ?? 0) / step).rounded(.down) * step
    let steps = ((values.max() ?? 0) - lowest) / step
    let bits = min(24, max(1, Int(log2(min(steps, 1e9) + 1).rounded(.up))))
    let side = max(Float((1 << bits) - 1), min(steps, 1e30)) * step
    return (([lowest, lowest], side), bits)
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
