import Imaging
import LinearMath
import Views

/// The names of one frame's files, and their content.
struct FrameFiles: Sendable {
  let image, depth8, depth16, normals, mask: String

  /// What one step of a 16-bit depth image is worth, in units of the object's radius. nerfstudio
  /// assumes exactly this.
  static let depthUnit = 0.001

  init(index: Int) {
    let digits = String(index)
    let name = "frame_" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".png"
    image = "images/" + name
    depth8 = "depth/" + name
    depth16 = "depth_16bit/" + name
    normals = "normals/" + name
    mask = "masks/" + name
  }

  /// All files of a frame, encoded.
  func encoded(
    _ frame: Frame, background: DatasetBackground
  ) throws(ImagingError) -> [(name: String, bytes: [UInt8])] {
    let distance = Float(frame.camera.eye.length)
    let color =
      switch background {
      case .transparent: frame.color
      case .white: frame.color.composited(over: [255, 255, 255])
      case .black: frame.color.composited(over: [0, 0, 0])
      }
    return [
      (image, try ImageFile.encodePNG(color)),
      (depth8, try ImageFile.encodePNG(frame.depth8(near: distance - 1, far: distance + 1))),
      (depth16, try ImageFile.encodePNG(frame.depth16(unit: Float(Self.depthUnit)))),
      (normals, try ImageFile.encodePNG(frame.normals)),
      (mask, try ImageFile.encodePNG(frame.mask)),
    ]
  }
}
