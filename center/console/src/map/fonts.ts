// The map's lettering. With no glyph server in the style, MapLibre draws letters from the page's own fonts
// (look/fonts.css) and takes the weight from the family's name.

export const SANS = ["Inter"];
export const SANS_STRONG = ["Inter Semibold"];
