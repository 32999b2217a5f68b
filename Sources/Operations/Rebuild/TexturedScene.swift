import Geometry
import Imaging
import Reconstruction
import Scenes

/// A mesh with its atlas as a scene.
enum TexturedScene {
  /// The light of the pictures is part of the colors, so nothing is made up of how rough the surface is: it is named
  /// `estimated`, fully rough and no metal.
  ///
  /// Where the views told what it is made of, all is as they said and the name is `measured`.
  static func make(_ mesh: Mesh, _ object: RebuiltObject) throws -> Scene {
    var material = Material()
    material.name = object.matter == nil ? "estimated" : "measured"
    material.metallic = object.matter == nil ? 0 : 1
    material.roughness = 1
    material.baseColorTexture = TextureSlot(texture: 0)
    if object.matter != nil { material.metallicRoughnessTexture = TextureSlot(texture: 1) }
    var scene = Scene(mesh: mesh, material: material, unit: .meters)
    let pictures = [("baseColor", object.texture), ("matter", object.matter)]
    for (name, picture) in pictures {
      guard let picture else { continue }
      var slot = Texture(image: scene.images.count)
      (slot.wrapU, slot.wrapV) = (.clamp, .clamp)
      scene.textures.append(slot)
      scene.images.append(
        ImageSource(
          name: name, mediaType: "image/png", bytes: try ImageFile.encodePNG(picture)))
    }
    return scene
  }
}
