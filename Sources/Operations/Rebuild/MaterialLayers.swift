import Datasets
import Imaging
import Reconstruction

/// Base color, roughness and metalness of a view, as sets of drawn models may hold them.
struct MaterialLayers {
  private let albedo: [UInt8]
  private let roughness, metallic: [UInt8]?

  /// nil where the set has no albedo of the picture's size; without the others a surface is rough and no metal.
  init?(_ set: ReadSet, _ view: ReadView, pixels: Int) throws {
    func layer(_ kind: MaterialLayer) throws -> [UInt8]? {
      guard let codes = try set.codes(kind, of: view) else { return nil }
      return codes.count == (kind == .albedo ? 3 : 1) * pixels ? codes : nil
    }
    guard let albedo = try layer(.albedo) else { return nil }
    self.albedo = albedo
    (roughness, metallic) = (try layer(.roughness), try layer(.metallic))
  }

  /// With a picture's alpha.
  func pictures(alphaOf image: Image) -> MaterialPictures {
    var (colors, matter) = (image, image)
    for pixel in 0..<image.width * image.height {
      for channel in 0..<3 { colors.bytes[4 * pixel + channel] = albedo[3 * pixel + channel] }
      matter.bytes[4 * pixel] = 255
      matter.bytes[4 * pixel + 1] = roughness?[pixel] ?? 255
      matter.bytes[4 * pixel + 2] = metallic?[pixel] ?? 0
    }
    return MaterialPictures(albedo: colors, matter: matter)
  }
}
