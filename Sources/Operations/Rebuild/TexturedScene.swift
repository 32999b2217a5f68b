import Geometry
import Imaging
import Scenes

/// A mesh with its atlas as a scene.
enum TexturedScene {
  /// The light of the pictures is part of the colors, so nothing is made up of how rough the surface is: it is named
  /// `estimated`, fully rough and no metal.
  static func make(_ mesh: Mesh, _ texture: Image) throws -> Scene {
    var material = Material()
    material.name = "estimated"
    material.metallic = 0
    material.roughness = 1
    material.baseColorTexture = TextureSlot(texture: 0)
    var scene = Scene(mesh: mesh, material: material, unit: .meters)
    var slot = Texture(image: 0)
    (slot.wrapU, slot.wrapV) = (.clamp, .clamp)
    scene.textures = [slot]
    scene.images = [
      ImageSource(
        name: "baseColor", mediaType: "image/png", bytes: try ImageFile.encodePNG(texture))
    ]
    return scene
  }
}
