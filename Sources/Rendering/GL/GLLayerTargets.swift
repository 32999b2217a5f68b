import CEGL
import Views

/// Where the numbers beside a picture are drawn, one sample at the pixel centre: normal and object, base colour
/// and roughness, metalness, occlusion and texture coordinates.
final class GLLayerTargets {
  private let wanted: [FrameLayer]
  private let width, height: Int
  private let first, second, third, depth: GLTexture
  private let framebuffer: GLFramebuffer

  init(_ wanted: [FrameLayer], width: Int, height: Int) throws(RenderError) {
    func texture(_ format: Int32) -> GLTexture {
      GLTexture(attachment: format, width: width, height: height)
    }
    let first = texture(GL_RGBA32F)
    let second = texture(GL_RGBA32F)
    let third = texture(GL_RGBA32F)
    let depth = texture(GL_DEPTH_COMPONENT24)
    let framebuffer = try GLFramebuffer(
      colors: [
        (first.name, first.target), (second.name, second.target), (third.name, third.target),
      ],
      depth: (depth.name, depth.target))
    (self.wanted, self.width, self.height) = (wanted, width, height)
    self.first = first
    self.second = second
    self.third = third
    self.depth = depth
    self.framebuffer = framebuffer
  }

  func begin() { framebuffer.begin(width: width, height: height) }

  func read() -> [FrameLayer: [Float]] {
    var read: [Int32: [Float]] = [:]
    var layers: [FrameLayer: [Float]] = [:]
    for layer in wanted {
      let (attachment, start) = Self.place(of: layer)
      if read[attachment] == nil {
        read[attachment] = framebuffer.floats(attachment: attachment, width: width, height: height)
      }
      let values = read[attachment]!
      var numbers = [Float](repeating: 0, count: layer.channels * width * height)
      for pixel in 0..<width * height {
        for channel in 0..<layer.channels {
          numbers[layer.channels * pixel + channel] = values[4 * pixel + start + channel]
        }
      }
      layers[layer] = numbers
    }
    return layers
  }

  /// The attachment, and the first of its channels.
  private static func place(of layer: FrameLayer) -> (attachment: Int32, start: Int) {
    switch layer {
    case .light, .normal: (0, 0)
    case .id: (0, 3)
    case .albedo: (1, 0)
    case .roughness: (1, 3)
    case .metallic: (2, 0)
    case .occlusion: (2, 1)
    case .uv: (2, 2)
    }
  }
}
