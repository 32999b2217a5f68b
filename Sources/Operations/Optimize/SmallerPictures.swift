import Imaging
import Scenes
public import Settings
import Work

/// What pictures become.
public enum TextureFormat: String, SettingChoice {
  /// The format they have.
  case keep
  case webp, jpeg, png
}

/// The pictures of a scene, made smaller and encoded again.
struct SmallerPictures {
  let longestSide: Int?
  let format: TextureFormat
  let quality: Int

  /// What a picture shows; several at once where several slots read it.
  private struct Roles {
    var isColor = false
    var isNormal = false
    var needsAlpha = false
    /// Alpha is not how much is there, so colors do not count by it.
    var hasDataInAlpha = false
  }

  /// A picture stays as it was where the new one would not be smaller.
  func applied(to scene: Scene, _ work: WorkContext) throws -> Scene {
    let roles = Self.roles(of: scene)
    let images = try parallelMap(count: scene.images.count, work) { index in
      try encoded(scene.images[index], roles[index], work.log)
    }
    var scene = scene
    scene.images = images
    return scene
  }

  private func encoded(_ source: ImageSource, _ role: Roles, _ log: LogSink) throws -> ImageSource {
    guard source.problem == nil, let old = ImageFile.format(of: source.bytes) else { return source }
    guard let decoded = try? source.decoded().image else {
      log.warn("picture \"\(source.name)\" cannot be decoded and stays as it is")
      return source
    }
    // Where nothing reads alpha it must not weigh colors either.
    let keepsAlpha = role.needsAlpha && decoded.hasAlpha
    var image = keepsAlpha ? decoded : decoded.withoutAlpha()
    var isResized = false
    let side = max(image.width, image.height)
    if let longestSide, side > longestSide {
      let scale = Double(longestSide) / Double(side)
      isResized = true
      let source = keepsAlpha ? image.rgba8() : image.rgba8().withoutAlpha()
      image = source.reduced(
        toWidth: Int((Double(image.width) * scale).rounded()),
        height: Int((Double(image.height) * scale).rounded()),
        asColor: role.isColor && !role.hasDataInAlpha)
    }
    var target: ImageFile.Format =
      switch format {
      case .keep: old
      case .webp: .webp
      case .jpeg: .jpeg
      case .png: .png
      }
    if target == .jpeg && keepsAlpha { target = .png }
    guard isResized || target != old else { return source }
    // Directions suffer from what eyes forgive in colors; where nothing is lost yet, nothing shall be.
    let careful = role.isNormal ? max(quality, 95) : quality
    let bytes =
      switch target {
      case .webp:
        try ImageFile.encodeWebP(image, quality: role.isNormal && old == .png ? nil : careful)
      case .jpeg: try ImageFile.encodeJPEG(image, quality: careful)
      default: try ImageFile.encodePNG(image)
      }
    guard isResized || bytes.count < source.bytes.count else { return source }
    return ImageSource(name: source.name, mediaType: target.mediaType, bytes: bytes)
  }

  private static func roles(of scene: Scene) -> [Roles] {
    var roles = [Roles](repeating: Roles(), count: scene.images.count)
    for material in scene.materials {
      func mark(_ slots: [TextureSlot?], _ change: (inout Roles) -> Void) {
        for slot in slots {
          if let image = slot.flatMap({ scene.textures[$0.texture].image }) {
            change(&roles[image])
          }
        }
      }
      mark([
        material.baseColorTexture, material.emissiveTexture, material.specularColorTexture,
        material.sheen?.colorTexture, material.specularGlossiness?.texture,
      ]) { $0.isColor = true }
      mark([material.normalTexture, material.clearcoatNormalTexture]) { $0.isNormal = true }
      mark([
        material.specularTexture, material.sheen?.roughnessTexture,
        material.specularGlossiness?.texture,
      ]) {
        $0.needsAlpha = true
        $0.hasDataInAlpha = true
      }
      mark([material.alphaMode == .opaque ? nil : material.baseColorTexture]) {
        $0.needsAlpha = true
      }
    }
    return roles
  }
}
