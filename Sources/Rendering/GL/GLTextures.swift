import CEGL
import Imaging
import Scenes

/// A scene's pictures in the GL's memory.
struct GLTextures: ~Copyable {
  private let names: [GLuint]

  init(_ pictures: [PreparedScene.Picture], anisotropy: Int) {
    names = pictures.map { GLTextures.upload($0, anisotropy) }
  }

  deinit { unsafe glDeleteTextures(GLsizei(names.count), names) }

  func bind(picture: Int, unit: Int) {
    glActiveTexture(GLenum(GL_TEXTURE0 + Int32(unit)))
    glBindTexture(GLenum(GL_TEXTURE_2D), names[picture])
  }

  /// A mip-mapped texture with its sampling modes.
  private static func upload(_ picture: PreparedScene.Picture, _ anisotropy: Int) -> GLuint {
    var name: GLuint = 0
    unsafe glGenTextures(1, &name)
    let target = GLenum(GL_TEXTURE_2D)
    glBindTexture(target, name)
    let image = picture.image
    unsafe glTexImage2D(
      target, 0, picture.isColor ? GL_SRGB8_ALPHA8 : GL_RGBA8, GLsizei(image.width),
      GLsizei(image.height), 0, GLenum(GL_RGBA), GLenum(GL_UNSIGNED_BYTE), image.bytes)
    glGenerateMipmap(target)
    let smooth = picture.texture.isSmooth
    let modes = [
      (GL_TEXTURE_MIN_FILTER, smooth ? GL_LINEAR_MIPMAP_LINEAR : GL_NEAREST_MIPMAP_LINEAR),
      (GL_TEXTURE_MAG_FILTER, smooth ? GL_LINEAR : GL_NEAREST),
      (GL_TEXTURE_WRAP_S, code(picture.texture.wrapU)),
      (GL_TEXTURE_WRAP_T, code(picture.texture.wrapV)),
    ]
    for (parameter, value) in modes { glTexParameteri(target, GLenum(parameter), value) }
    // As many places along a pixel's longer axis as the software engine takes.
    if smooth && anisotropy > 1 && hasAnisotropy {
      glTexParameterf(target, GLenum(GL_TEXTURE_MAX_ANISOTROPY_EXT), GLfloat(anisotropy))
    }
    return name
  }

  /// Whether the driver of the current context has that filter.
  private static var hasAnisotropy: Bool {
    unsafe glGetString(GLenum(GL_EXTENSIONS)).map { unsafe String(cString: $0) }?
      .contains("texture_filter_anisotropic") ?? false
  }

  private static func code(_ wrap: Texture.Wrap) -> Int32 {
    switch wrap {
    case .repeat: GL_REPEAT
    case .clamp: GL_CLAMP_TO_EDGE
    case .mirror: GL_MIRRORED_REPEAT
    }
  }
}
