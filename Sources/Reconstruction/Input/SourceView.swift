public import Imaging
import LinearMath
public import Views

/// One picture with its camera and the object's place in it.
public struct SourceView: Sendable {
  public let name: String
  /// OpenGL axes, looking along -z, in the world of the views.
  public let camera: Camera
  /// 8-bit RGBA, straight alpha, of the camera's size. Alpha 255 where a pixel is all object.
  public let image: Image
  /// Measured planar depth at pixel centres, in units of the views; 0 where there is none.
  public let depth: [Float]?
  /// What the surface is made of, where the set tells; nil where only the picture is known.
  public let material: MaterialPictures?

  /// What matching, texture and check go by: colors without light where the set tells them.
  public var colors: Image { material?.albedo ?? image }

  /// - Parameter depth: as many numbers as there are pixels.
  public init(
    name: String, camera: Camera, image: Image, depth: [Float]? = nil,
    material: MaterialPictures? = nil
  ) {
    (self.name, self.camera, self.image) = (name, camera, image)
    (self.depth, self.material) = (depth, material)
  }

  /// The same view of which only the picture is known.
  public var withoutMaterial: SourceView {
    SourceView(name: name, camera: camera, image: image, depth: depth)
  }

  /// The same view of what its alpha shows only, and a few pixels about it: most of a picture is background.
  func cropped() -> SourceView {
    let (width, height) = (image.width, image.height)
    var (low, high) = (SIMD2(width, height), SIMD2(0, 0))
    for y in 0..<height {
      for x in 0..<width where image.bytes[4 * (y * width + x) + 3] > 0 {
        low = SIMD2(min(low.x, x), min(low.y, y))
        high = SIMD2(max(high.x, x + 1), max(high.y, y + 1))
      }
    }
    let margin = 8
    // Even, so that half a picture's pixels are those of the whole.
    low = SIMD2(max(0, low.x - margin), max(0, low.y - margin)) / 2 &* 2
    high = SIMD2(min(width, high.x + margin), min(height, high.y + margin))
    guard high.x - low.x >= 32, high.y - low.y >= 32, high &- low != SIMD2(width, height) else {
      return self
    }
    let size = high &- low
    func window(_ whole: Image) -> Image {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(4 * size.x * size.y)
      for y in low.y..<high.y {
        let row = y * width + low.x
        bytes += whole.bytes[4 * row..<4 * (row + size.x)]
      }
      return Image(width: size.x, height: size.y, channels: 4, bytes: bytes)
    }
    let numbers = depth.map { depth in
      (low.y..<high.y).flatMap { depth[$0 * width + low.x..<$0 * width + high.x] }
    }
    let lens = camera.intrinsics
    let smaller = Intrinsics(
      width: size.x, height: size.y, focalX: lens.focalX, focalY: lens.focalY,
      centerX: lens.centerX - Double(low.x), centerY: lens.centerY - Double(low.y))
    return SourceView(
      name: name, camera: Camera(worldFromCamera: camera.worldFromCamera, intrinsics: smaller),
      image: window(image), depth: numbers, material: material?.map(window))
  }

  /// The same view with a picture whose longer side is no longer than this; measured depth stays behind.
  public func reduced(toLongestSide limit: Int) -> SourceView {
    let (width, height) = (image.width, image.height)
    let lens = camera.intrinsics
    guard max(width, height) > limit, (lens.width, lens.height) == (width, height) else {
      return self
    }
    let share = Double(limit) / Double(max(width, height))
    func smaller(_ whole: Image) -> Image {
      whole.reduced(
        toWidth: Int((Double(width) * share).rounded()),
        height: Int((Double(height) * share).rounded()))
    }
    let small = smaller(image)
    let (x, y) = (Double(small.width) / Double(width), Double(small.height) / Double(height))
    let shorter = Intrinsics(
      width: small.width, height: small.height, focalX: lens.focalX * x, focalY: lens.focalY * y,
      centerX: lens.centerX * x, centerY: lens.centerY * y)
    return SourceView(
      name: name, camera: Camera(worldFromCamera: camera.worldFromCamera, intrinsics: shorter),
      image: small, material: material?.map(smaller))
  }
}

/// What a view's surface is made of, without any light: 8-bit RGBA of the picture's size, with its alpha.
public struct MaterialPictures: Sendable {
  /// Base color, sRGB.
  public let albedo: Image
  /// Occlusion (1), roughness, metalness, as glTF packs them.
  public let matter: Image

  public init(albedo: Image, matter: Image) { (self.albedo, self.matter) = (albedo, matter) }

  func map(_ change: (Image) -> Image) -> MaterialPictures {
    MaterialPictures(albedo: change(albedo), matter: change(matter))
  }
}
