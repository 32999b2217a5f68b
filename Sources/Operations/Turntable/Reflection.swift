import Glibc
import Imaging
import LinearMath
import Views

/// What a polished ground shows of the object: the view of a camera below it, upside down, fading with height.
struct Reflection {
  /// World height of the ground.
  let ground: Double
  /// How much light it sends back where it is touched, and how high above it nothing is reflected any more.
  private static let strength = 0.32
  private static let fadeHeight = 0.9

  /// The camera whose picture, turned upside down, is what the ground shows to another.
  ///
  /// Mirroring a camera at a plane leaves a left-handed one; mirroring its rows as well makes it right-handed again.
  func camera(of camera: Camera) -> Camera {
    let pose = camera.worldFromCamera
    let (right, up, back) = pose.linear.columns
    func mirrored(_ v: SIMD3<Double>) -> SIMD3<Double> { [v.x, -v.y, v.z] }
    let eye = SIMD3(camera.eye.x, 2 * ground - camera.eye.y, camera.eye.z)
    let lens = camera.intrinsics
    return Camera(
      worldFromCamera: Matrix4(
        linear: Matrix3(columns: mirrored(right), mirrored(up) * -1, mirrored(back)),
        translation: eye),
      intrinsics: Intrinsics(
        width: lens.width, height: lens.height, focalX: lens.focalX, focalY: lens.focalY,
        centerX: lens.centerX, centerY: Double(lens.height) - lens.centerY))
  }

  /// A view over what the ground shows below it.
  ///
  /// - Parameter mirrored: the frame of `camera(of:)`.
  func under(_ view: Image, _ camera: Camera, _ mirrored: Frame) -> Image {
    var image = view
    // From below nothing is reflected.
    guard camera.eye.y > ground else { return image }
    let (width, height) = (image.width, image.height)
    let places = mirrored.positions
    for y in 0..<height {
      for x in 0..<width {
        let at = 4 * (y * width + x)
        let alpha = Int(image.bytes[at + 3])
        if alpha == 255 { continue }
        let other = (height - 1 - y) * width + x
        let cover = Int(mirrored.color.bytes[4 * other + 3])
        if cover == 0 || mirrored.depth[other] <= 0 { continue }
        let above = (Double(places[3 * other + 1]) - ground) / Self.fadeHeight
        let left = 1 - min(max(above, 0), 1)
        let share = Self.strength * left * left * Double(cover) / 255
        // Over it lies what the frame has there.
        let (top, below) = (Double(alpha) / 255, share * (1 - Double(alpha) / 255))
        let whole = top + below
        guard whole > 0 else { continue }
        for channel in 0..<3 {
          let mix =
            (Double(image.bytes[at + channel]) * top
              + Double(mirrored.color.bytes[4 * other + channel]) * below) / whole
          image.bytes[at + channel] = UInt8(mix.rounded())
        }
        image.bytes[at + 3] = UInt8(min(255, (whole * 255).rounded()))
      }
    }
    return image
  }
}
