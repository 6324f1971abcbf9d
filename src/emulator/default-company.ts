/** The company of a subscription without `company`. Any other number is a company of the emulator, too. */
export const defaultCompany = 108061
