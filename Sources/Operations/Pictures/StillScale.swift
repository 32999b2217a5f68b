import Imaging
import Views

/// How the numbers of a still become the model's, and codes of a PNG.
struct StillScale {
  /// World units of one unit of the model, and where its origin is in the world.
  let modelScale: Double
  let offset: SIMD3<Double>
  /// World units: what the largest 16-bit code of a depth is worth.
  let farthest: Double

  /// Model units of one step of depth in a PNG.
  var depthStep: Double { farthest / 65_535 / modelScale }
  /// The least coordinates that a PNG of positions can hold, in model units, and the span of each axis.
  var lowest: SIMD3<Double> { (SIMD3(repeating: -1) - offset) / modelScale }
  var span: Double { 2 / modelScale }

  /// Floating-point numbers in model units.
  func numbers(_ kind: PixelNumbers, _ frame: Frame) -> [Float] {
    switch kind {
    case .depth: return frame.depth.map { Float(Double($0) / modelScale) }
    case .position:
      let places = frame.positions
      return places.indices.map { index in
        frame.depth[index / 3] > 0
          ? Float((Double(places[index]) - offset[index % 3]) / modelScale) : 0
      }
    case .cameraNormal: return frame.cameraNormals()
    default: return frame.layers[kind.layer!]!
    }
  }

  /// A picture of the numbers: 16 bits where places or directions are told, 8 where eight are enough.
  func picture(_ kind: PixelNumbers, _ frame: Frame) -> Image {
    let isThere = frame.depth.map { $0 > 0 }
    func wide(_ channels: Int, _ numbers: [Float], _ code: (Float) -> Float) -> Image {
      var bytes = [UInt8](repeating: 0, count: 2 * numbers.count)
      for index in numbers.indices where isThere[index / channels] {
        let value = UInt16(min(max(0, code(numbers[index]).rounded()), 65_535))
        bytes[2 * index] = UInt8(truncatingIfNeeded: value)
        bytes[2 * index + 1] = UInt8(truncatingIfNeeded: value >> 8)
      }
      return Image(
        width: frame.color.width, height: frame.color.height, channels: channels, bitsPerSample: 16,
        bytes: bytes)
    }
    func narrow(_ channels: Int, _ code: (Float) -> UInt8) -> Image {
      Image(
        width: frame.color.width, height: frame.color.height, channels: channels,
        bytes: frame.layers[kind.layer!]!.map(code))
    }
    switch kind {
    case .depth:
      let steps = Float(65_535 / farthest)
      return wide(1, frame.depth) { max(1, $0 * steps) }
    case .normal, .cameraNormal: return wide(3, numbers(kind, frame)) { $0 * 32_767.5 + 32_767.5 }
    case .position: return wide(3, frame.positions) { ($0 + 1) * 32_767.5 }
    case .uv:
      let uv = frame.layers[.uv]!
      let three: [Float] = frame.depth.indices.flatMap { pixel -> [Float] in
        [uv[2 * pixel], uv[2 * pixel + 1], 0]
      }
      return wide(3, three) { ($0 - $0.rounded(.down)) * 65_535 }
    case .id: return wide(1, frame.layers[.id]!) { $0 }
    case .albedo: return narrow(3) { SRGB.code($0) }
    case .roughness, .metallic, .occlusion:
      return narrow(1) { UInt8((min(max(0, $0), 1) * 255).rounded()) }
    }
  }
}
