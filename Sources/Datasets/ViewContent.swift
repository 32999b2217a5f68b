import Archives
import Imaging
import LinearMath
import Views

/// What a file of a view holds.
enum ViewContent: Hashable, Sendable {
  case color(DatasetBackground)
  /// For the eye: 255 at the near side of the object's sphere to 1 at its far side.
  case depth8
  /// Planar depth in multiples of `unit` radii.
  case depth16(unit: Double)
  /// Planar depth from 0 at `near` to 65,535 at `far`, in radii.
  case depthBetween(near: Double, far: Double)
  case normals
  case mask(bits: Int)
  /// Numbers whose lengths are multiplied by `scale`.
  case numbers(PixelNumbers, NumberFormat, scale: Double)
  case text(String)
  case numpy([Double], shape: [Int])
  /// A chunk of an HDF5 file.
  case chunk(ViewArray)
}

/// One frame's files, each kind of content encoded once however many files hold it.
final class ViewEncoder {
  private let frame: Frame
  private var made: [ViewContent: [UInt8]] = [:]

  init(_ frame: Frame) { self.frame = frame }

  func bytes(_ content: ViewContent) throws -> [UInt8] {
    if let bytes = made[content] { return bytes }
    let bytes = try encoded(content)
    made[content] = bytes
    return bytes
  }

  private func encoded(_ content: ViewContent) throws -> [UInt8] {
    let distance = Float(frame.camera.eye.length)
    switch content {
    case .color(.transparent): return try ImageFile.encodePNG(frame.color)
    case .color(.white):
      return try ImageFile.encodePNG(frame.color.composited(over: [255, 255, 255]))
    case .color(.black): return try ImageFile.encodePNG(frame.color.composited(over: [0, 0, 0]))
    case .depth8:
      return try ImageFile.encodePNG(frame.depth8(near: distance - 1, far: distance + 1))
    case .depth16(let unit): return try ImageFile.encodePNG(frame.depth16(unit: Float(unit)))
    case .depthBetween(let near, let far):
      return try ImageFile.encodePNG(
        wide(1, frame.depth) { Float((Double($0) - near) / (far - near)) })
    case .normals: return try ImageFile.encodePNG(frame.normals)
    case .mask(let bits):
      return bits == 1
        ? try ImageFile.encodeBitPNG(frame.mask) : try ImageFile.encodePNG(frame.mask)
    case .numbers(let kind, let format, let scale): return try numbers(kind, format, scale)
    case .text(let text): return Array(text.utf8)
    case .numpy(let numbers, let shape): return NumPy.file(numbers, shape: shape)
    case .chunk(let array): return try HDF5Writer.chunk(array.bytes(of: frame), of: array.element)
    }
  }

  private func numbers(
    _ kind: PixelNumbers, _ format: NumberFormat, _ scale: Double
  ) throws -> [UInt8] {
    let numbers = kind.numbers(of: frame, scale: scale)
    let lens = frame.camera.intrinsics
    switch format {
    case .exr:
      return try EXRFile.encode(
        [EXRFile.Layer(channels: kind.channels, numbers: numbers)], width: lens.width,
        height: lens.height)
    case .npy:
      let channels = kind.channels.count
      let shape = [lens.height, lens.width] + (channels > 1 ? [channels] : [])
      return NumPy.file(numbers, shape: shape)
    case .png: return try ImageFile.encodePNG(picture(kind, numbers, scale))
    }
  }

  private func picture(_ kind: PixelNumbers, _ numbers: [Float], _ scale: Double) -> Image {
    func narrow(_ code: (Float) -> UInt8) -> Image {
      Image(
        width: frame.color.width, height: frame.color.height, channels: kind.channels.count,
        bytes: numbers.map(code))
    }
    switch kind {
    case .albedo: return narrow { SRGB.code($0) }
    case .roughness, .metallic, .occlusion:
      return narrow { UInt8((min(max(0, $0), 1) * 255).rounded()) }
    case .normal, .cameraNormal: return wide(3, numbers) { ($0 + 1) / 2 }
    case .position: return wide(3, numbers) { ($0 / Float(scale) + 1) / 2 }
    case .id: return wide(1, numbers) { $0 / 65_535 }
    case .depth: return wide(1, numbers) { $0 / Float(65_535 * SetUnits.depthStep) }
    case .uv:
      let three: [Float] = (0..<numbers.count / 2).flatMap { pixel -> [Float] in
        [numbers[2 * pixel], numbers[2 * pixel + 1], 0]
      }
      return wide(3, three) { $0 - $0.rounded(.down) }
    }
  }

  /// 16 bits: `share` of 65,535 where there is a surface, 0 elsewhere.
  private func wide(_ channels: Int, _ numbers: [Float], _ share: (Float) -> Float) -> Image {
    var bytes = [UInt8](repeating: 0, count: 2 * numbers.count)
    for index in numbers.indices where frame.depth[index / channels] > 0 {
      let code = UInt16(min(max(0, (share(numbers[index]) * 65_535).rounded()), 65_535))
      bytes[2 * index] = UInt8(truncatingIfNeeded: code)
      bytes[2 * index + 1] = UInt8(truncatingIfNeeded: code >> 8)
    }
    return Image(
      width: frame.color.width, height: frame.color.height, channels: channels, bitsPerSample: 16,
      bytes: bytes)
  }
}

extension PixelNumbers {
  /// The numbers of a frame whose renderer was asked for normals in the set's world: lengths in radii times
  /// `scale`, places and directions in the set's world (+z up).
  func numbers(of frame: Frame, scale: Double) -> [Float] {
    switch self {
    case .depth: return scale == 1 ? frame.depth : frame.depth.map { Float(Double($0) * scale) }
    case .cameraNormal:
      return frame.cameraNormals(worldFromNormals: Conventions.zUpFromYUp.transposed)
    case .position:
      let places = frame.positions
      return frame.depth.indices.flatMap { pixel -> [Float] in
        let place = SIMD3<Double>(
          Double(places[3 * pixel]), Double(places[3 * pixel + 1]), Double(places[3 * pixel + 2]))
        let turned = Conventions.datasetVector(place) * scale
        return [Float(turned.x), Float(turned.y), Float(turned.z)]
      }
    default: return frame.layers[layer!]!
    }
  }

  /// What it is stored as where nobody says.
  var usualFormat: NumberFormat {
    switch self {
    case .albedo, .roughness, .metallic, .occlusion, .id: .png
    case .depth, .normal, .cameraNormal, .position, .uv: .exr
    }
  }
}
