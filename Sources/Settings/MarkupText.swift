/// Text of strangers within HTML and XML.
public enum MarkupText {
  /// For elements' text and for values of attributes in double quotes. What XML cannot hold is left out.
  ///
  /// By scalars: a quote with an accent upon it is one character of Swift's, and still ends a value.
  public static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || scalar.value & 0xFFFE == 0xFFFE: break
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
